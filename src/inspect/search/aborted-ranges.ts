/**
 * Which offsets of which producer belong to aborted transactions. Three numbers each, in one array that goes to worker
 * threads as it is: producer id, first offset, offset of the ABORT marker; sorted by producer, then by offset.
 */
const FIELDS = 3

export interface AbortedRange {
  readonly producerId: bigint
  readonly firstOffset: bigint
  /** Of the ABORT marker. */
  readonly lastOffset: bigint
}

export class AbortedRanges {
  readonly numbers: BigInt64Array

  /** @param numbers as of another of this class */
  constructor(numbers: BigInt64Array) {
    this.numbers = numbers
  }

  /** In any order, some of them twice perhaps. */
  static of(ranges: readonly AbortedRange[]): AbortedRanges {
    const numbers = new BigInt64Array(ranges.length * FIELDS)
    const sorted = [...ranges].sort(byProducerAndOffset)
    sorted.forEach(({ producerId, firstOffset, lastOffset }, index) => {
      numbers.set([producerId, firstOffset, lastOffset], index * FIELDS)
    })
    return new AbortedRanges(numbers)
  }

  get count(): number {
    return this.numbers.length / FIELDS
  }

  /** Whether a transactional batch that begins at `offset` is one of an aborted transaction. */
  covers(producerId: bigint, offset: bigint): boolean {
    const { numbers } = this
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      const producer = numbers[middle * FIELDS]!
      const isNotAbove =
        producer < producerId ||
        (producer === producerId && numbers[middle * FIELDS + 1]! <= offset)
      if (isNotAbove) low = middle + 1
      else high = middle
    }
    const at = (low - 1) * FIELDS
    return at >= 0 && numbers[at] === producerId && numbers[at + 2]! >= offset
  }

  /** Those that reach into [from, to). */
  within(from: bigint, to: bigint): AbortedRanges {
    const { numbers } = this
    const kept: bigint[] = []
    for (let at = 0; at < numbers.length; at += FIELDS) {
      if (numbers[at + 1]! >= to || numbers[at + 2]! < from) continue
      kept.push(numbers[at]!, numbers[at + 1]!, numbers[at + 2]!)
    }
    return new AbortedRanges(BigInt64Array.from(kept))
  }
}

export const NONE_ABORTED = AbortedRanges.of([])

function byProducerAndOffset(a: AbortedRange, b: AbortedRange): number {
  if (a.producerId !== b.producerId) return a.producerId < b.producerId ? -1 : 1
  if (a.firstOffset !== b.firstOffset) return a.firstOffset < b.firstOffset ? -1 : 1
  return 0
}
