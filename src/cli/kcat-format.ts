/**
 * kcat's language of `-f`: `%t %p %o` topic, partition, offset · `%k %s` key, payload · `%K %S` their sizes in text, `%R`
 * the payload's as a big-endian int32, −1 for null · `%T` timestamp in ms · `%h` headers as `name=value,…` · `%%`.
 * `\t \n \r \\ \xNN` are what they are everywhere (kcat itself ends at `\x00`).
 *
 * Source: github.com/edenhill/kcat format.c
 */
import { formatError, parseEscape, type FormatPart, type NumberField } from './record-format.ts'

/**
 * @param nullText in place of a null key or payload
 * @throws UsageError that says where it is wrong
 */
export function parseKcatFormat(text: string, nullText: string): FormatPart[] {
  const parts: FormatPart[] = []
  let literal: Buffer[] = []
  const endLiteral = () => {
    if (literal.length > 0) parts.push({ kind: 'literal', bytes: Buffer.concat(literal) })
    literal = []
  }
  for (let at = 0; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at)!)
    if (character === '\\') {
      const escape = parseEscape(text, at + 1)
      if (escape === undefined) {
        throw formatError(text, at, 'after \\ one of t, n, r, \\ and xNN is expected')
      }
      literal.push(Buffer.of(escape.byte))
      at += 1 + escape.size
    } else if (character === '%') {
      const verb = text[at + 1] ?? ''
      if (verb === '%') literal.push(Buffer.from('%'))
      else {
        endLiteral()
        parts.push(partOf(verb, nullText) ?? unknown(text, at, verb))
      }
      at += 2
    } else {
      literal.push(Buffer.from(character))
      at += character.length
    }
  }
  endLiteral()
  return parts
}

function partOf(verb: string, nullText: string): FormatPart | undefined {
  if (verb === 'R') return { kind: 'number', field: 'nullableValueSize', format: 'big32' }
  if (verb === 'h') return { kind: 'header-list' }
  const field = Object.hasOwn(NUMBERS, verb) ? NUMBERS[verb] : undefined
  if (field !== undefined) return { kind: 'number', field, format: 'ascii' }
  if (verb === 't') return { kind: 'bytes', field: 'topic', encoding: { kind: 'plain' } }
  if (verb !== 'k' && verb !== 's') return undefined
  const encoding = { kind: 'nullable', nullText: Buffer.from(nullText) } as const
  return { kind: 'bytes', field: verb === 'k' ? 'key' : 'value', encoding }
}

const NUMBERS: Readonly<Record<string, NumberField>> = {
  p: 'partition',
  o: 'offset',
  T: 'timestamp',
  K: 'nullableKeySize',
  S: 'nullableValueSize',
}

function unknown(text: string, at: number, verb: string): never {
  const what = verb === '' ? 'a verb is missing' : `%${verb} is none of kcat's`
  throw formatError(text, at, `${what}: % t p o k s K S R T h`)
}
