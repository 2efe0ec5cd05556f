/**
 * Cleans the compacted logs of a broker, one at a time, the one with the most to gain first. A pass takes a breath behind
 * each mebibyte, so that requests are answered meanwhile; a log that can't be cleaned is left alone from then on.
 *
 * Source: org.apache.kafka.storage.internals.log.LogCleaner, LogCleanerManager
 */
import { DiskError, isReadFailure, RefusedError } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { cleanLog } from '../log/cleaner/clean-log.ts'
import { type CleanableRange, cleanableRange } from '../log/cleaner/cleanable-range.ts'
import { mapSize } from '../log/cleaner/map-size.ts'
import { OffsetMap, type OffsetMapOptions } from '../log/cleaner/offset-map.ts'
import { cleanableLog } from '../log/cleaner/segment-sizes.ts'
import type { LogClock } from '../log/active-segments.ts'
import type { OpenLogDir } from '../log-dirs/open-log-dir.ts'
import type { BrokerLog } from './broker-log.ts'
import type { Partition } from './partition.ts'
import type { ReplicaManager } from './replica-manager.ts'

export interface LogCleanerOptions {
  readonly replicas: ReplicaManager
  readonly clock: LogClock
  /** `log.cleaner.dedupe.buffer.size` and its load factor. */
  readonly buffer: () => OffsetMapOptions
  readonly log: BrokerLog
}

interface DirtyLog {
  readonly partition: Partition
  readonly dir: OpenLogDir
  readonly range: CleanableRange
}

export class LogCleaner {
  readonly #options: LogCleanerOptions
  readonly #uncleanable = new WeakSet<Partition>()
  #isStopped = false

  constructor(options: LogCleanerOptions) {
    this.#options = options
  }

  /** Passes end at the next breath. */
  stop(): void {
    this.#isStopped = true
  }

  /** Cleans until no log is due. */
  async cleanDue(): Promise<void> {
    for (;;) {
      const dirtiest = this.#dirtiest()
      if (dirtiest === undefined || this.#isStopped) return
      await this.#clean(dirtiest)
    }
  }

  #dirtiest(): DirtyLog | undefined {
    const { replicas, clock } = this.#options
    const nowMs = clock.nowMs()
    let most: DirtyLog | undefined
    for (const partition of replicas.all) {
      const { log } = partition
      if (!log.config.isCompacted || partition.isOffline || this.#uncleanable.has(partition))
        continue
      const dir = replicas.logDirs.dirs.find(each => each.log(partition) === log)
      if (dir === undefined) continue
      const range = cleanableRange(cleanableLog(log), {
        checkpoint: dir.cleanerOffset(partition),
        nowMs,
      })
      if (range.due === undefined) continue
      if (most === undefined || range.dirtyRatio > most.range.dirtyRatio)
        most = { partition, dir, range }
    }
    return most
  }

  async #clean({ partition, dir, range }: DirtyLog): Promise<void> {
    const { clock, buffer, log: brokerLog } = this.#options
    const { topic, partition: number, log } = partition
    const { firstDirtyOffset, firstUncleanableOffset } = range
    const map = new OffsetMap({ ...buffer(), bytes: mapSize(range, buffer()) })
    try {
      const { endOffset } = await cleanLog(log, {
        firstDirtyOffset,
        firstUncleanableOffset,
        map,
        nowMs: clock.nowMs(),
        limits: DEFAULT_DECODE_LIMITS,
        breathe: () => this.#breathe(),
      })
      dir.noteCleaned(partition, endOffset)
    } catch (error) {
      if (error instanceof StoppedError) return
      if (!isReadFailure(error) && !(error instanceof RefusedError)) throw error
      if (error instanceof RefusedError || error instanceof DiskError) return
      this.#uncleanable.add(partition)
      const event = { topic, partition: number, error: error.message }
      brokerLog.error(event, 'a log is not cleaned any more: it can’t be read')
    }
  }

  /** A log that is given up, or a broker that ends, is cleaned no further. */
  async #breathe(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    if (this.#isStopped) throw new StoppedError()
  }
}

class StoppedError extends Error {}
