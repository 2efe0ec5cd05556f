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
  /** Takes what went wrong as an index was read; what is no failure to read, it throws again. */
  readonly onUnreadable: (error: unknown) => void
}

export interface SegmentEnd {
  /** Position behind the last sound batch. */
  readonly logEnd: number
  readonly nextOffset: bigint
  readonly isClosed: boolean
  readonly isGrowing: boolean
}

/** An index that can't be read, or not to its end, is reported and left out from there on: the log is checked all the same. */
export class SegmentIndexes {
  readonly #onUnreadable: (error: unknown) => void
  #offsets: OffsetIndexCheck | undefined
  #times: TimeIndexCheck | undefined
  #transactions: TransactionIndexCheck | undefined

  /** @param open closes the file with the segment */
  constructor(
    segment: Segment,
    open: (path: string) => DiskFile,
    { disk, isOpenEnded, isGrowing, report, onUnreadable }: SegmentIndexesOptions,
  ) {
    this.#onUnreadable = onUnreadable
    const { index, timeIndex, baseOffset } = segment
    const options = { baseOffset, mayBePreallocated: isOpenEnded || isGrowing, report }
    this.#attempt(() => {
      this.#offsets = index && new OffsetIndexCheck(open(index.path), options)
    })
    this.#attempt(() => {
      this.#times = timeIndex && new TimeIndexCheck(open(timeIndex.path), options)
    })
    this.#attempt(() => {
      this.#transactions = new TransactionIndexCheck({ disk, segment, report })
    })
  }

  batch(
    position: number,
    relativeBaseOffset: number,
    relativeLastOffset: number,
    maxTimestamp: number,
    isLegacy: boolean,
  ): void {
    this.#onOffsets(check =>
      check.batch(position, relativeBaseOffset, relativeLastOffset, isLegacy),
    )
    this.#onTimes(check => check.batch(maxTimestamp, relativeBaseOffset, relativeLastOffset))
  }

  abort(ended: EndedTransaction, isCertain: boolean): void {
    this.#transactions?.abort(ended, isCertain)
  }

  damaged(from: number, to: number): void {
    this.#onOffsets(check => check.damaged(from, to))
    this.#times?.damaged()
    this.#transactions?.damaged()
  }

  end({ logEnd, nextOffset, isClosed, isGrowing }: SegmentEnd): void {
    this.#onOffsets(check => check.end(logEnd, isGrowing))
    this.#onTimes(check => check.end({ isClosed, mayBeBehind: isGrowing }))
    this.#transactions?.end(nextOffset, isGrowing)
  }

  #onOffsets(act: (check: OffsetIndexCheck) => void): void {
    const check = this.#offsets
    if (check === undefined || this.#attempt(() => act(check))) return
    this.#offsets = undefined
  }

  #onTimes(act: (check: TimeIndexCheck) => void): void {
    const check = this.#times
    if (check === undefined || this.#attempt(() => act(check))) return
    this.#times = undefined
  }

  #attempt(act: () => void): boolean {
    try {
      act()
      return true
    } catch (error) {
      this.#onUnreadable(error)
      return false
    }
  }
}
