/** Where `wanted` first lies between two positions, wholly; −1 where it doesn't. */
export function indexOfBytes(bytes: Buffer, wanted: Buffer, start: number, end: number): number {
  const first = wanted[0]!
  const last = end - wanted.length
  const nearEnd = Math.min(last, start + NEAR)
  for (let at = start; at <= nearEnd; at++) {
    if (bytes[at] === first && (wanted.length === 1 || isAt(bytes, wanted, at))) return at
  }
  if (nearEnd >= last) return -1
  const found = bytes.subarray(0, end).indexOf(wanted, Math.max(start, nearEnd + 1))
  return found
}

/** So far a loop is faster than a call that searches. */
const NEAR = 256

function isAt(bytes: Buffer, wanted: Buffer, at: number): boolean {
  for (let i = 1; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}
