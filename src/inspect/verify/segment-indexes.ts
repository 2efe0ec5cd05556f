/** All that a segment has beside its log, compared with the batches as they pass by. */
import type { Disk, DiskFile } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import { OffsetIndexCheck } from './offset-index-check.ts'
import type { EndedTransaction } from './producer-tracker.ts'
import { TimeIndexCheck } from './time-index-check.ts'
import { TransactionIndexCheck } from './transaction-index-check.ts'

export interface SegmentIndexesOptions {
  readonly disk: Disk
  readonly isOpenEnded: boolean
  readonly isGrowing: boolean
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

export interface SegmentEnd {
  /** Position behind the last sound batch. */
  readonly logEnd: number
  readonly nextOffset: bigint
  readonly isClosed: boolean
  readonly isGrowing: boolean
}

export class SegmentIndexes {
  readonly #offsets: OffsetIndexCheck | undefined
  readonly #times: TimeIndexCheck | undefined
  readonly #transactions: TransactionIndexCheck

  /** @param open closes the file with the segment */
  constructor(
    segment: Segment,
    open: (path: string) => DiskFile,
    { disk, isOpenEnded, isGrowing, report }: SegmentIndexesOptions,
  ) {
    const { index, timeIndex, baseOffset } = segment
    const options = { baseOffset, mayBePreallocated: isOpenEnded || isGrowing, report }
    if (index !== undefined) this.#offsets = new OffsetIndexCheck(open(index.path), options)
    if (timeIndex !== undefined) this.#times = new TimeIndexCheck(open(timeIndex.path), options)
    this.#transactions = new TransactionIndexCheck({ disk, segment, report })
  }

  batch(
    position: number,
    relativeBaseOffset: number,
    relativeLastOffset: number,
    maxTimestamp: number,
    isLegacy: boolean,
  ): void {
    this.#offsets?.batch(position, relativeBaseOffset, relativeLastOffset, isLegacy)
    this.#times?.batch(maxTimestamp, relativeBaseOffset, relativeLastOffset)
  }

  abort(ended: EndedTransaction, isCertain: boolean): void {
    this.#transactions.abort(ended, isCertain)
  }

  damaged(from: number, to: number): void {
    this.#offsets?.damaged(from, to)
    this.#times?.damaged()
    this.#transactions.damaged()
  }

  end({ logEnd, nextOffset, isClosed, isGrowing }: SegmentEnd): void {
    this.#offsets?.end(logEnd, isGrowing)
    this.#times?.end({ isClosed, mayBeBehind: isGrowing })
    this.#transactions.end(nextOffset, isGrowing)
  }
}
