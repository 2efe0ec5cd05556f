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

/**
 * The first slot but slot 0 whose int32 at `fieldAt` is zero; the number of whole entries, 1 at least, where none is.
 * A byte search finds it many times faster than a walk, and almost never halts in vain.
 */
export function firstZeroSlot(bytes: Buffer, entrySize: number, fieldAt: number): number {
  const count = Math.floor(bytes.length / entrySize)
  let at = bytes.indexOf(ZERO, entrySize + fieldAt)
  while (at !== -1 && (at - fieldAt) % entrySize !== 0) at = bytes.indexOf(ZERO, at + 1)
  return at === -1 ? Math.max(1, count) : Math.min(Math.max(1, count), (at - fieldAt) / entrySize)
}

const ZERO = Buffer.alloc(4)
