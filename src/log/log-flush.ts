/**
 * Brings a log to the disk, one flush at a time: whoever comes while one is under way waits for the next, which serves
 * all of them.
 *
 * Of the active segment only the records are synced: after a crash it is read again as a whole, and its indexes are built
 * anew. A segment that was left behind is believed at the next start once the recovery point in the checkpoint lies
 * beyond it. So its indexes are synced before, and the checkpoint is told no more than the beginning of the first segment
 * that is not synced as a whole.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#flush, LocalLog#flush
 */
import type { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'

export interface FlushedLog {
  readonly active: LogSegment
  readonly endOffset: bigint
}

export class LogFlush {
  readonly #folder: PartitionFolder
  readonly #nowMs: () => number
  #durableOffset: bigint
  #flushedAtMs: number
  #count = 0
  #underWay: Promise<void> | undefined
  /** The greatest offset up to which anybody has waited. */
  #wantedOffset = 0n
  #areNamesDurable = false
  /** Left behind, and not synced since; with how many were before, as one may be left again while it is synced. */
  readonly #leftBehind = new Map<LogSegment, number>()
  #leftCount = 0
  /** Producer snapshots that are not synced. */
  #written: string[] = []
  /** The least that the log was truncated to since the flush under way began. */
  #truncatedTo: bigint | undefined

  constructor(folder: PartitionFolder, durableOffset: bigint, nowMs: () => number) {
    this.#folder = folder
    this.#durableOffset = durableOffset
    this.#nowMs = nowMs
    this.#flushedAtMs = nowMs()
  }

  /** All records below are on disk. */
  get durableOffset(): bigint {
    return this.#durableOffset
  }

  get flushedAtMs(): number {
    return this.#flushedAtMs
  }

  get count(): number {
    return this.#count
  }

  /** What a checkpoint may say, so that a recovery from there on finds all that is not durable. */
  recoveryPoint(active: LogSegment): bigint {
    let point = lesser(this.#durableOffset, active.baseOffset)
    for (const { baseOffset } of this.#leftBehind.keys()) point = lesser(point, baseOffset)
    return point
  }

  /** @param log as it is when a flush begins: the flush takes in what was appended while it had to wait */
  async upTo(offset: bigint, log: () => FlushedLog): Promise<void> {
    while (this.#durableOffset < offset) {
      if (log().endOffset < offset && this.#underWay === undefined) return
      if (offset > this.#wantedOffset) this.#wantedOffset = offset
      await this.#next(log)
    }
  }

  /** What was left behind; the active segment only where somebody else waits for it. */
  async leftBehind(log: () => FlushedLog): Promise<void> {
    while (this.#leftBehind.size > 0) await this.#next(log)
  }

  /** Everything, down to the last name. */
  async all(log: () => FlushedLog): Promise<void> {
    await this.upTo(log().endOffset, log)
    await this.#syncLeftBehind()
    this.#syncNames()
  }

  /** The segment is no longer the active one. */
  leave(segment: LogSegment): void {
    this.#leftBehind.set(segment, this.#leftCount++)
  }

  /** The segment is gone, or the active one again. */
  forget(segment: LogSegment): void {
    this.#leftBehind.delete(segment)
  }

  namesChanged(): void {
    this.#areNamesDurable = false
  }

  snapshotWritten(path: string): void {
    this.#written.push(path)
    this.#areNamesDurable = false
  }

  truncatedTo(offset: bigint): void {
    this.#durableOffset = lesser(this.#durableOffset, offset)
    this.#truncatedTo = lesser(offset, this.#truncatedTo ?? offset)
  }

  #next(log: () => FlushedLog): Promise<void> {
    return (this.#underWay ??= this.#flush(log).finally(() => (this.#underWay = undefined)))
  }

  /** Those whom the flush before has served append again first: else the first of them would have one to himself. */
  async #flush(log: () => FlushedLog): Promise<void> {
    await Promise.resolve()
    const { active, endOffset } = log()
    const isActiveWanted = this.#wantedOffset > active.baseOffset
    this.#truncatedTo = undefined
    // Both begin here: later on the active segment may have been given up.
    const records = isActiveWanted ? active.syncRecords() : undefined
    await Promise.all([records, this.#syncLeftBehind()])
    this.#syncNames()
    this.#count++
    const reached = isActiveWanted ? endOffset : greater(active.baseOffset, this.#durableOffset)
    this.#durableOffset = this.#unlessTruncated(reached)
    this.#flushedAtMs = this.#nowMs()
  }

  #unlessTruncated(endOffset: bigint): bigint {
    return lesser(endOffset, this.#truncatedTo ?? endOffset)
  }

  async #syncLeftBehind(): Promise<void> {
    for (const [segment, count] of [...this.#leftBehind]) {
      await segment.sync()
      if (this.#leftBehind.get(segment) === count) this.#leftBehind.delete(segment)
    }
  }

  #syncNames(): void {
    const { disk } = this.#folder.files
    for (const path of this.#written.splice(0)) {
      if (disk.status(path) === undefined) continue
      const file = disk.openForWriting(path)
      file.sync()
      file.close()
    }
    if (this.#areNamesDurable) return
    disk.syncDirectory(this.#folder.path)
    this.#areNamesDurable = true
  }
}

function greater(a: bigint, b: bigint): bigint {
  return b > a ? b : a
}

function lesser(a: bigint, b: bigint): bigint {
  return b < a ? b : a
}
