/** The three indexes of a segment that is written, each opened when it is first needed. */
import { join } from 'node:path'
import type { DiskFile } from '../disk/disk.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'
import { segmentFileName, type SegmentFileKind } from './file-names.ts'
import { IndexFile } from './index-file.ts'
import { firstSlotWhere } from './index-search.ts'
import { OFFSET_INDEX_ENTRY, OffsetIndex, type OffsetPosition } from './offset-index.ts'
import type { PartitionFolder } from './partition-folder.ts'
import type { RecoveredIndexes } from './recovered-indexes.ts'
import { TIME_INDEX_ENTRY, TimeIndex, type TimestampOffset } from './time-index.ts'
import {
  ABORTED_TRANSACTION,
  CURRENT_VERSION,
  TransactionIndex,
  type AbortedTransaction,
} from './transaction-index.ts'

export class SegmentIndexes {
  readonly #folder: PartitionFolder
  readonly #baseOffset: bigint
  readonly #sizeMax: number
  readonly #offsetsPath: string
  readonly #timesPath: string
  readonly #transactionsPath: string
  #offsets: IndexFile | undefined
  #times: IndexFile | undefined
  #lastTime: TimestampOffset | undefined

  constructor(
    folder: PartitionFolder,
    baseOffset: bigint,
    { sizeMax, suffix }: { readonly sizeMax: number; readonly suffix: string },
  ) {
    const pathOf = (kind: SegmentFileKind) =>
      join(folder.path, segmentFileName(kind, baseOffset) + suffix)
    this.#folder = folder
    this.#baseOffset = baseOffset
    this.#sizeMax = sizeMax
    this.#offsetsPath = pathOf('index')
    this.#timesPath = pathOf('timeindex')
    this.#transactionsPath = pathOf('txnindex')
  }

  /** New files, as long as all that may come. There is no transaction index before a transaction is aborted. */
  create(): void {
    const { files } = this.#folder
    files.create(this.#offsetsPath)
    files.create(this.#timesPath)
    this.preallocate()
  }

  /** The last place of the time index is kept for the entry at its end. */
  get isFull(): boolean {
    const offsets = this.#writtenOffsets()
    const times = this.#writtenTimes()
    return offsets.count >= offsets.countMax || times.count >= times.countMax - 1
  }

  append({ offset, position }: OffsetPosition): void {
    const relativeOffset = Number(offset - this.#baseOffset)
    this.#writtenOffsets().append(OFFSET_INDEX_ENTRY.encode({ relativeOffset, position }))
  }

  /** Unless it is no later than the last. */
  appendTime(entry: TimestampOffset): void {
    const { timestamp, offset } = entry
    if (timestamp <= this.lastTime().timestamp) return
    const relativeOffset = Number(offset - this.#baseOffset)
    this.#writtenTimes().append(TIME_INDEX_ENTRY.encode({ timestamp, relativeOffset }))
    this.#lastTime = entry
  }

  appendAborted(transaction: Omit<AbortedTransaction, 'version'>): void {
    const { files } = this.#folder
    const path = this.#transactionsPath
    const isNew = files.disk.status(path) === undefined
    const file = isNew ? files.create(path) : files.writing(path)
    file.append(ABORTED_TRANSACTION.encode({ version: CURRENT_VERSION, ...transaction }))
  }

  /** The last entry of the time index; (−1, base offset) where there is none. */
  lastTime(): TimestampOffset {
    return (this.#lastTime ??= this.times()?.last ?? {
      timestamp: NO_TIMESTAMP,
      offset: this.#baseOffset,
    })
  }

  offsets(): OffsetIndex | undefined {
    const file = this.#reading(this.#offsetsPath)
    return file && new OffsetIndex(file, this.#baseOffset, this.#offsets?.count)
  }

  times(): TimeIndex | undefined {
    const file = this.#reading(this.#timesPath)
    return file && new TimeIndex(file, this.#baseOffset, this.#times?.count)
  }

  /** The bytes of the transaction index; undefined where there is none. */
  transactions(): Buffer | undefined {
    const { disk } = this.#folder.files
    if (disk.status(this.#transactionsPath) === undefined) return undefined
    return disk.readWhole(this.#transactionsPath)
  }

  replace({ offsets, times, aborted }: RecoveredIndexes): void {
    this.#offsets = undefined
    this.#times = undefined
    this.#lastTime = undefined
    this.#rewrite(this.#offsetsPath, offsets)
    this.#rewrite(this.#timesPath, times)
    if (this.#has(this.#transactionsPath) || aborted.length > 0) {
      this.#rewrite(this.#transactionsPath, aborted)
    }
  }

  truncateTo(offset: bigint): void {
    const offsets = this.offsets()
    if (offsets !== undefined) this.#writtenOffsets().truncateTo(slotsBelow(offsets, offset))
    const times = this.times()
    if (times !== undefined) this.#writtenTimes().truncateTo(slotsBelow(times, offset))
    this.#lastTime = undefined
    this.#truncateTransactions(offset)
  }

  preallocate(): void {
    this.#writtenOffsets().preallocate()
    this.#writtenTimes().preallocate()
  }

  finish(greatest: TimestampOffset): void {
    this.appendTime(greatest)
    this.#writtenOffsets().trim()
    this.#writtenTimes().trim()
  }

  #writtenOffsets(): IndexFile {
    return (this.#offsets ??= this.#written(this.#offsetsPath, OFFSET_INDEX_ENTRY.size))
  }

  #writtenTimes(): IndexFile {
    return (this.#times ??= this.#written(this.#timesPath, TIME_INDEX_ENTRY.size))
  }

  #written(path: string, entrySize: number): IndexFile {
    return new IndexFile(this.#folder.files, path, { entrySize, sizeMax: this.#sizeMax })
  }

  #reading(path: string): DiskFile | undefined {
    const { files } = this.#folder
    return files.disk.status(path) === undefined ? undefined : files.reading(path)
  }

  #has(path: string): boolean {
    return this.#folder.files.disk.status(path) !== undefined
  }

  #rewrite(path: string, bytes: Buffer): void {
    const { files } = this.#folder
    const file = this.#has(path) ? files.writing(path) : files.create(path)
    file.truncate(0)
    file.write(bytes, 0)
  }

  #truncateTransactions(offset: bigint): void {
    const bytes = this.transactions()
    if (bytes === undefined) return
    let count = 0
    for (const { lastOffset } of new TransactionIndex(bytes).entries()) {
      if (lastOffset >= offset) break
      count++
    }
    const { files } = this.#folder
    files.writing(this.#transactionsPath).truncate(count * ABORTED_TRANSACTION.size)
  }
}

interface Slots {
  readonly usedCount: number
  entryAt(slot: number): { readonly offset: bigint }
}

/** How many of the entries, which ascend, have an offset below the one given. */
function slotsBelow(index: Slots, offset: bigint): number {
  return firstSlotWhere(0, index.usedCount, slot => index.entryAt(slot).offset >= offset)
}
