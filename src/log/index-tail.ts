/** What may be wrong behind the entries in use of an index: zeros are all that a broker leaves there. */
import type { Damage } from '../base/errors.ts'

export interface IndexTail {
  readonly bytes: Buffer
  readonly entrySize: number
  readonly usedCount: number
}

export function* tailDamages(tail: IndexTail, file: string): Generator<Damage> {
  const { bytes, entrySize, usedCount } = tail
  const wholeSize = bytes.length - (bytes.length % entrySize)
  const written = firstNonZero(bytes, usedCount * entrySize, wholeSize)
  if (written !== undefined) {
    yield {
      file,
      position: written - (written % entrySize),
      reason: 'data behind the end of the index',
      found: 'bytes that are not zero',
      expected: 'zeros',
    }
  }
  if (wholeSize < bytes.length) {
    yield {
      file,
      position: wholeSize,
      reason: 'the index ends within an entry',
      found: `${bytes.length} bytes`,
      expected: `a multiple of ${entrySize}`,
    }
  }
}

const ZEROS = Buffer.alloc(4096)

/** A page at a time: a preallocated index is ten megabytes of zeros. */
function firstNonZero(bytes: Buffer, from: number, to: number): number | undefined {
  for (let start = from; start < to; start += ZEROS.length) {
    const page = bytes.subarray(start, Math.min(start + ZEROS.length, to))
    if (page.equals(ZEROS.subarray(0, page.length))) continue
    return start + page.findIndex(byte => byte !== 0)
  }
  return undefined
}
