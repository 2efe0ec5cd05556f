/**
 * Brings a log to the disk, one flush at a time: whoever comes while one is under way waits for the next, which serves
 * all of them.
 *
 * Of the active segment only the records are synced: after a crash it is read again, and its indexes are built anew. A
 * segment that was left behind is believed at the next start, so its indexes come before the recovery point moves past
 * it; and names before either.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#flush, LocalLog#flush
 */
import type { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'

export interface FlushedLog {
  readonly segments: readonly LogSegment[]
  readonly endOffset: bigint
}

export class LogFlush {
  readonly #folder: PartitionFolder
  readonly #nowMs: () => number
  #recoveryPoint: bigint
  #flushedAtMs: number
  #count = 0
  #underWay: Promise<void> | undefined
  #areNamesDurable = false
  /** Written, but not synced. */
  #written: string[] = []
  /** The least that the log was truncated to since the flush under way began. */
  #truncatedTo: bigint | undefined

  constructor(folder: PartitionFolder, recoveryPoint: bigint, nowMs: () => number) {
    this.#folder = folder
    this.#recoveryPoint = recoveryPoint
    this.#nowMs = nowMs
    this.#flushedAtMs = nowMs()
  }

  get recoveryPoint(): bigint {
    return this.#recoveryPoint
  }

  get flushedAtMs(): number {
    return this.#flushedAtMs
  }

  get count(): number {
    return this.#count
  }

  /** @param log as it is when a flush begins: the flush takes in what was appended while it had to wait */
  async upTo(offset: bigint, log: () => FlushedLog): Promise<void> {
    while (this.#recoveryPoint < offset) {
      if (log().endOffset < offset && this.#underWay === undefined) return
      this.#underWay ??= this.#flush(log).finally(() => (this.#underWay = undefined))
      await this.#underWay
    }
  }

  namesChanged(): void {
    this.#areNamesDurable = false
  }

  /** A file that has to be durable before the recovery point moves. */
  fileWritten(path: string): void {
    this.#written.push(path)
    this.#areNamesDurable = false
  }

  truncatedTo(offset: bigint): void {
    if (this.#recoveryPoint > offset) this.#recoveryPoint = offset
    if (this.#truncatedTo === undefined || offset < this.#truncatedTo) this.#truncatedTo = offset
  }

  syncNames(): void {
    this.#syncWritten()
    if (this.#areNamesDurable) return
    this.#folder.files.disk.syncDirectory(this.#folder.path)
    this.#areNamesDurable = true
  }

  async #flush(log: () => FlushedLog): Promise<void> {
    const { segments, endOffset } = log()
    this.#truncatedTo = undefined
    const active = segments.at(-1)!
    for (const segment of this.#leftBehind(segments, active)) segment.sync()
    await active.syncRecords()
    this.#count++
    const later = log().segments.at(-1)!
    if (later !== active && log().segments.includes(active)) active.sync()
    this.syncNames()
    this.#recoveryPoint = lesser(endOffset, this.#truncatedTo)
    this.#flushedAtMs = this.#nowMs()
  }

  /** Segments with something that is not on disk yet, but the active one. */
  #leftBehind(segments: readonly LogSegment[], active: LogSegment): LogSegment[] {
    const first = segments.findLastIndex(({ baseOffset }) => baseOffset <= this.#recoveryPoint)
    return segments.slice(Math.max(0, first)).filter(segment => segment !== active)
  }

  #syncWritten(): void {
    const { disk } = this.#folder.files
    for (const path of this.#written.splice(0)) {
      if (disk.status(path) === undefined) continue
      const file = disk.openForWriting(path)
      file.sync()
      file.close()
    }
  }
}

function lesser(a: bigint, b: bigint | undefined): bigint {
  return b !== undefined && b < a ? b : a
}
