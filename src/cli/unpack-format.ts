/**
 * Numbers and text out of bytes, as Python's struct names them: `x` nothing, `<` `>` byte order from here on (little at
 * first), `b B h H i I q Q` numbers, `c .` a character, `s` all the rest, `$` the end.
 *
 * Source: github.com/twmb/franz-go/pkg/kgo#NewRecordFormatter
 */
import type { UsageError } from '../base/errors.ts'

export type UnpackStep =
  | {
      readonly kind: 'number'
      readonly size: number
      readonly isSigned: boolean
      readonly isLittle: boolean
    }
  | { readonly kind: 'character' | 'rest' | 'end' }

/** @param error makes one of a place in the text */
export function parseUnpack(
  text: string,
  error: (at: number, what: string) => UsageError,
): UnpackStep[] {
  const steps: UnpackStep[] = []
  let isLittle = true
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    const last = steps.at(-1)
    if (last?.kind === 'rest' || last?.kind === 'end') {
      throw error(at, `nothing may follow ${text[at - 1]}`)
    }
    const size = NUMBER_SIZES[letter.toLowerCase()]
    if (letter === 'x') continue
    if (letter === '<' || letter === '>') isLittle = letter === '<'
    else if (letter === 'c' || letter === '.') steps.push({ kind: 'character' })
    else if (letter === 's') steps.push({ kind: 'rest' })
    else if (letter === '$') steps.push({ kind: 'end' })
    else if (size === undefined)
      throw error(at, `${letter} is none of < > b B h H i I q Q c . s $ x`)
    else steps.push({ kind: 'number', size, isSigned: letter === letter.toLowerCase(), isLittle })
  }
  return steps
}

/** Where the bytes are not what was expected, a note beginning with `%!` stands in the text. */
export function unpacked(bytes: Buffer, steps: readonly UnpackStep[]): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  for (const step of steps) {
    const left = bytes.length - at
    const needed = step.kind === 'number' ? step.size : step.kind === 'character' ? 1 : 0
    if (left < needed) {
      pieces.push(Buffer.from(`%!(have ${left} bytes, need ${needed})`))
      at = bytes.length
    } else if (step.kind === 'number') {
      pieces.push(Buffer.from(numberText(bytes.subarray(at, at + needed), step)))
      at += needed
    } else if (step.kind === 'end') {
      if (left > 0) pieces.push(Buffer.from('%!$(not end-of-input)'))
      at = bytes.length
    } else {
      const end = step.kind === 'rest' ? bytes.length : at + 1
      pieces.push(bytes.subarray(at, end))
      at = end
    }
  }
  return Buffer.concat(pieces)
}

const NUMBER_SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, i: 4, q: 8 }

function numberText(
  bytes: Buffer,
  { size, isSigned, isLittle }: { size: number; isSigned: boolean; isLittle: boolean },
): string {
  let value = 0n
  for (const byte of isLittle ? Buffer.from(bytes).reverse() : bytes) {
    value = (value << 8n) | BigInt(byte)
  }
  return String(isSigned ? BigInt.asIntN(8 * size, value) : value)
}
