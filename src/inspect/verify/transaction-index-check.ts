/**
 * The transaction index of one segment against the markers in its log. Each ABORT marker that ended a transaction with
 * records has an entry, and each entry has such a marker.
 *
 * What is not known is not held against the index: where the log start has moved, a transaction's first records may be
 * gone; compaction removes the records of aborted transactions, first these, in a later round the entry.
 */
import type { Disk } from '../../disk/disk.ts'
import type { PartitionFile, Segment } from '../../log/segment.ts'
import {
  ABORTED_TRANSACTION,
  TransactionIndex,
  type AbortedTransaction,
} from '../../log/transaction-index.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import type { EndedTransaction } from './producer-tracker.ts'

export interface TransactionIndexCheckOptions {
  readonly disk: Disk
  readonly segment: Segment
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

interface Entry {
  readonly transaction: AbortedTransaction
  readonly position: number
}

export class TransactionIndexCheck {
  readonly #options: TransactionIndexCheckOptions
  readonly #file: PartitionFile | undefined
  /** By marker. */
  readonly #unmatched = new Map<bigint, Entry>()
  #isBlurred = false

  constructor(options: TransactionIndexCheckOptions) {
    this.#options = options
    this.#file = options.segment.txnIndex
    if (this.#file !== undefined) this.#load(this.#file)
  }

  /** @param isCertain whether the transaction's beginning and all other open ones are known */
  abort(ended: EndedTransaction, isCertain: boolean): void {
    const entry = this.#unmatched.get(ended.markerOffset)
    this.#unmatched.delete(ended.markerOffset)
    if (entry === undefined) {
      if (ended.firstOffset !== undefined) this.#reportMissing(ended, ended.firstOffset)
      return
    }
    const { producerId, firstOffset, lastStableOffset } = entry.transaction
    if (producerId !== ended.producerId) {
      return this.#reportEntry(entry, `producer ${ended.producerId}, as in the marker`)
    }
    if (!isCertain) return
    if (ended.firstOffset !== undefined && firstOffset !== ended.firstOffset) {
      return this.#reportEntry(entry, `first offset ${ended.firstOffset}, as in the log`)
    }
    if (lastStableOffset !== ended.lastStableOffset) {
      this.#reportEntry(entry, `last stable offset ${ended.lastStableOffset}`)
    }
  }

  damaged(): void {
    this.#isBlurred = true
  }

  /** @param logEndOffset behind it the log may have grown, if `mayBeBehind` */
  end(logEndOffset: bigint, mayBeBehind: boolean): void {
    if (this.#isBlurred) return
    for (const entry of this.#unmatched.values()) {
      if (mayBeBehind && entry.transaction.lastOffset >= logEndOffset) continue
      this.#reportEntry(entry, `an ABORT marker at offset ${entry.transaction.lastOffset}`)
    }
  }

  #load(file: PartitionFile): void {
    const { disk, segment, report } = this.#options
    const index = new TransactionIndex(disk.readWhole(file.path))
    const flawed = new Set<number>()
    for (const damage of index.damages(file.path, segment.baseOffset)) {
      flawed.add(damage.position)
      const found = `${damage.reason}: ${damage.found}`
      const { position, expected } = damage
      const slot = position / ABORTED_TRANSACTION.size
      const isEarlier = slot < index.count && index.entryAt(slot).lastOffset < segment.baseOffset
      const kind = isEarlier ? 'txnindex-earlier' : 'txnindex-format'
      report(kind, { file: file.path, position, found, expected })
    }
    for (let slot = 0; slot < index.count; slot++) {
      const position = slot * ABORTED_TRANSACTION.size
      if (flawed.has(position)) continue
      const transaction = index.entryAt(slot)
      this.#unmatched.set(transaction.lastOffset, { transaction, position })
    }
  }

  #reportMissing(ended: EndedTransaction, firstOffset: bigint): void {
    const { segment, report } = this.#options
    const found = `no entry for the transaction that producer ${ended.producerId} aborted`
    report('txnindex-missing', {
      file: this.#file?.path ?? segment.log.path.replace(/\.log$/, '.txnindex'),
      firstOffset,
      lastOffset: ended.markerOffset,
      found,
      expected: 'an entry for its ABORT marker',
    })
  }

  #reportEntry({ transaction, position }: Entry, expected: string): void {
    const { producerId, firstOffset, lastOffset, lastStableOffset } = transaction
    this.#options.report('txnindex-entry', {
      file: this.#file?.path ?? '',
      position,
      firstOffset,
      lastOffset,
      found:
        `producer ${producerId}, offsets ${firstOffset} to ${lastOffset}, ` +
        `last stable offset ${lastStableOffset}`,
      expected,
    })
  }
}
