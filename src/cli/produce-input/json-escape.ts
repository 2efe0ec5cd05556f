/** What stands behind a backslash in a JSON string. */

export type JsonEscape =
  | { readonly text: string; /** Of the bytes behind the backslash. */ readonly size: number }
  | { readonly text?: undefined; readonly expected: string }

/** @param at the byte behind the backslash */
export function escapeAt(bytes: Buffer, at: number, end: number): JsonEscape {
  const letter = at < end ? String.fromCharCode(bytes[at]!) : ''
  const known = ESCAPES[letter]
  if (known !== undefined) return { text: known, size: 1 }
  if (letter !== 'u') return { expected: 'an escape that JSON knows' }
  const high = hexAt(bytes, at + 1, end)
  if (high === undefined) return { expected: '\\u and four hex digits' }
  if (high < 0xd800 || high > 0xdfff) return { text: String.fromCharCode(high), size: 5 }
  const isPair = high < 0xdc00 && bytes.toString('latin1', at + 5, at + 7) === '\\u'
  const low = isPair ? (hexAt(bytes, at + 7, end) ?? 0) : 0
  if (low < 0xdc00 || low > 0xdfff) {
    return { expected: 'a character, or both halves of a surrogate pair' }
  }
  return { text: String.fromCharCode(high, low), size: 11 }
}

function hexAt(bytes: Buffer, at: number, end: number): number | undefined {
  const text = bytes.toString('latin1', at, Math.min(at + 4, end))
  return /^[0-9a-fA-F]{4}$/.test(text) ? parseInt(text, 16) : undefined
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
