/**
 * The segments of a log that is open for appending: the last one grows, the others are left behind, those that are given
 * up are renamed, and removed after a while.
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog
 */
import { assert } from '../base/errors.ts'
import { LogFlush } from './log-flush.ts'
import type { LoadOptions } from './log-loading.ts'
import type { LoadedLog } from './loaded-log.ts'
import type { LogConfig } from './log-config.ts'
import { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'
import type { PartitionProducers } from './partition-producers.ts'
import { floorSegment } from './segment.ts'
import { swapSegments } from './swap-segments.ts'

export interface LogClock {
  /** Milliseconds since 1970. */
  nowMs(): number
}

export interface ActiveSegmentsOptions {
  readonly config: LogConfig
  readonly clock: LogClock
  readonly drawJitterMs: LoadOptions['drawJitterMs']
}

export class ActiveSegments {
  readonly flush: LogFlush
  readonly #folder: PartitionFolder
  readonly #options: ActiveSegmentsOptions
  /** Whose snapshots go with their segments. */
  readonly #producers: PartitionProducers
  #segments: LogSegment[]
  /** Renamed out of the way, to be removed after a while. */
  #condemned: { readonly path: string; readonly dueMs: number }[] = []

  constructor(folder: PartitionFolder, loaded: LoadedLog, options: ActiveSegmentsOptions) {
    this.#folder = folder
    this.#options = options
    this.#producers = loaded.producers
    this.#segments = [...loaded.segments]
    this.flush = new LogFlush(folder, loaded.recoveryPoint, () => options.clock.nowMs())
    for (const segment of loaded.unsynced) this.flush.leave(segment)
    this.#condemn(loaded.condemned)
  }

  /** Ascending. */
  get all(): readonly LogSegment[] {
    return this.#segments
  }

  get first(): LogSegment {
    return this.#segments[0]!
  }

  /** The one that is appended to. */
  get active(): LogSegment {
    return this.#segments.at(-1)!
  }

  roll(baseOffset: bigint): void {
    const { active } = this
    if (active.baseOffset === baseOffset && active.size === 0) {
      this.#condemn(active.rename())
      this.#segments.pop()
    } else {
      assert(baseOffset > active.baseOffset, 'a new segment begins behind the one before it')
      this.leaveActive()
    }
    this.#segments.push(this.#create(baseOffset))
  }

  /** Nothing more is appended to it. */
  leaveActive(): void {
    this.active.finish()
    this.flush.leave(this.active)
    this.flush.namesChanged()
  }

  /**
   * Gives up the batch that holds an offset not before the first segment, and all behind it. Whenever it is interrupted,
   * what is left is read again, has no gap, and nothing of it comes back beside what is appended next: first the recovery
   * point goes back, then segments go, the last one first.
   *
   * @param onRecoveryPoint called when the recovery point has gone back, to be written down
   */
  truncateTo(offset: bigint, onRecoveryPoint: () => void): void {
    const kept = this.#segments.filter(({ baseOffset }) => baseOffset <= offset)
    this.flush.leave(kept.at(-1)!)
    this.#giveUp(offset, this.#segments.slice(kept.length), onRecoveryPoint)
    this.#segments = kept
    this.flush.forget(this.active)
    this.active.truncateTo(offset, this.#options.clock.nowMs())
  }

  /** Gives up all of them, and begins anew. */
  startAt(offset: bigint, onRecoveryPoint: () => void): void {
    this.#giveUp(offset, this.#segments, onRecoveryPoint)
    this.#segments = [this.#create(offset)]
  }

  /** Gives up the segments that end before an offset. Durable when it returns. */
  dropBefore(offset: bigint): void {
    const first = floorSegment(this.#segments, offset)
    this.#drop(this.#segments.splice(0, Math.max(0, first)))
    this.syncNames()
  }

  /** By one that lies there as `.cleaned`. The snapshot at its beginning stays, those of the others go. */
  replace(replaced: readonly LogSegment[], baseOffset: bigint): void {
    const { config, clock } = this.#options
    const options = { config, nowMs: clock.nowMs(), rollJitterMs: 0 }
    const { segments, condemned } = swapSegments(this.#folder, [baseOffset], replaced, options)
    const first = this.#segments.indexOf(replaced[0]!)
    this.#segments.splice(first, replaced.length, ...segments)
    this.#condemn(condemned)
    for (const segment of replaced) {
      this.flush.forget(segment)
      if (segment.baseOffset === baseOffset) continue
      const snapshot = this.#producers.rename(segment.baseOffset)
      if (snapshot !== undefined) this.#condemn([snapshot])
    }
  }

  /** Files that were given up long enough ago for their readers to be done. */
  removeCondemned(nowMs: number): void {
    const { disk } = this.#folder.files
    const due = this.#condemned.filter(({ dueMs }) => dueMs <= nowMs)
    this.#condemned = this.#condemned.filter(({ dueMs }) => dueMs > nowMs)
    for (const { path } of due) if (disk.status(path) !== undefined) disk.remove(path)
  }

  syncNames(): void {
    this.#folder.files.disk.syncDirectory(this.#folder.path)
  }

  close(): void {
    for (const segment of this.#segments) segment.close()
  }

  #giveUp(offset: bigint, segments: readonly LogSegment[], onRecoveryPoint: () => void): void {
    this.flush.truncatedTo(offset)
    onRecoveryPoint()
    this.#drop([...segments].reverse())
    this.syncNames()
  }

  #drop(segments: readonly LogSegment[]): void {
    for (const segment of segments) {
      this.flush.forget(segment)
      this.#condemn(segment.rename())
      const snapshot = this.#producers.rename(segment.baseOffset)
      if (snapshot !== undefined) this.#condemn([snapshot])
    }
  }

  /** What is there under such names was left by a log that was cut, and is nothing any more. */
  #create(baseOffset: bigint): LogSegment {
    const { config, clock, drawJitterMs } = this.#options
    const { disk } = this.#folder.files
    const rollJitterMs = drawJitterMs?.(config) ?? 0
    const options = { config, nowMs: clock.nowMs(), rollJitterMs }
    for (const path of LogSegment.open(this.#folder, baseOffset, options).paths()) {
      if (disk.status(path) !== undefined) disk.remove(path)
    }
    this.flush.namesChanged()
    return LogSegment.create(this.#folder, baseOffset, options)
  }

  #condemn(paths: readonly string[]): void {
    const dueMs = this.#options.clock.nowMs() + this.#options.config.fileDeleteDelayMs
    for (const path of paths) this.#condemned.push({ path, dueMs })
  }
}
