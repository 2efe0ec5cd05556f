/**
 * A message as JSON, the way Kafka's tools print it: in the fields' order and camel case, without
 * the fields that the version lacks and the tagged ones that hold their default; int64 as digits,
 * bytes as base64.
 *
 * Source: Kafka's generated `*JsonConverter` classes; Jackson's JsonNode#toString
 */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | Float64
  | readonly Json[]
  | { readonly [name: string]: Json }

/** A float64 apart from the integers: it prints as 1.0, not as 1. */
export class Float64 {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

export function jsonText(json: Json): string {
  if (typeof json === 'string') return quoted(json)
  if (json === null || typeof json !== 'object') return String(json)
  if (isArray(json)) return `[${json.map(jsonText).join(',')}]`
  if (Buffer.isBuffer(json)) return `"${json.toString('base64')}"`
  if (json instanceof Float64) return float64Text(json.value)
  let members = ''
  for (const name in json) {
    members += `${members === '' ? '' : ','}${quoted(name)}:${jsonText(json[name]!)}`
  }
  return `{${members}}`
}

/** Array.isArray forgets that the array is readonly. */
function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** Quotes, backslashes, and what lies below the space: Jackson leaves the other control characters alone. */
const ESCAPED = /["\\]|[^ -\u{10ffff}]/u

function quoted(text: string): string {
  return ESCAPED.test(text) ? `"${text.replace(ALL_ESCAPED, escaped)}"` : `"${text}"`
}

const ALL_ESCAPED = new RegExp(ESCAPED, 'gu')

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return SHORT_ESCAPES[character] ?? `\\u${code}`
}

/**
 * As Java's Double.toString of JDK 19 and later: the shortest digits that name the number, two of
 * them at least.
 */
function float64Text(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const shortest = value.toExponential()
  const [digits, exponent] = (/\d\./.test(shortest) ? shortest : value.toExponential(1)).split('e')
  return `${digits!}E${Number(exponent)}`
}
