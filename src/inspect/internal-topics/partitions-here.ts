/**
 * The partitions that log.dirs serve, by name. Where several folders hold one partition (the
 * log.dirs are of several brokers, say), the longest log speaks for it.
 */
import { dirname } from 'node:path'
import { DiskError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { PARTITION_METADATA } from '../../log/file-names.ts'
import { readPartitionMetadata } from '../../log/partition-metadata.ts'
import { checkpointKey, readLogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'
import { logEndOffset, logStartOffset, type LogBounds } from '../offsets/log-bounds.ts'
import { PartitionLogReader, type PartitionLog } from '../offsets/partition-log.ts'
import { uncleanNotice } from '../offsets/unclean-notice.ts'
import type { ProblemTaker } from './record-walk.ts'

export interface NamedPartition {
  readonly topic: string
  readonly partition: number
}

export interface PartitionHere extends NamedPartition {
  readonly path: string
  readonly log: PartitionLog & { readonly logEndOffset: bigint }
}

export interface ReadOptions {
  readonly limits: DecodeLimits
  /** Takes what could not be read. */
  readonly problem: ProblemTaker
  /** Takes what is good to know. */
  readonly notice: ProblemTaker
}

export class PartitionsHere {
  readonly #disk: Disk
  readonly #options: ReadOptions
  readonly #reader: PartitionLogReader
  readonly #folders = new Map<string, PartitionFolder[]>()
  readonly #bounds = new Map<string, LogBounds | undefined>()
  readonly #unclean = new Set<string>()
  readonly #topicIds = new Map<string, string | undefined>()

  constructor(disk: Disk, logDirs: readonly string[], options: ReadOptions) {
    this.#disk = disk
    this.#options = options
    this.#reader = new PartitionLogReader(disk, options.limits)
    for (const logDir of new Set(logDirs)) this.#add(logDir)
  }

  /** Sorted by name. */
  all(): NamedPartition[] {
    const parsed = [...this.#folders.values()].map(([folder]) => folder!.parsed)
    return parsed.sort((a, b) => byName(a.topic, b.topic) || a.partition - b.partition)
  }

  /** The numbers of a topic's partitions that are here, ascending. */
  numbersOf(topic: string): number[] {
    return this.all().flatMap(named => (named.topic === topic ? [named.partition] : []))
  }

  has(named: NamedPartition): boolean {
    return this.#folders.has(checkpointKey(named))
  }

  /** Undefined where it is not here, or can't be read. */
  open(named: NamedPartition): PartitionHere | undefined {
    const folders = this.#folders.get(checkpointKey(named)) ?? []
    const opened = folders.flatMap(
      ({ path }) => this.#attempt(() => [this.#read(named, path)]) ?? [],
    )
    const longest = opened.reduce<PartitionHere | undefined>(
      (best, next) => (best && best.log.logEndOffset >= next.log.logEndOffset ? best : next),
      undefined,
    )
    if (opened.length > 1 && longest !== undefined) {
      const places = opened.map(({ path }) => path).join(', ')
      this.#options.notice(
        `${checkpointKey(named)} is in ${opened.length} places (${places}): ` +
          `read from ${longest.path}, where its log is longest`,
      )
    }
    return longest
  }

  /** Remembered, as many groups read the same partition. Undefined as for `open`. */
  boundsOf(named: NamedPartition): LogBounds | undefined {
    const key = checkpointKey(named)
    if (!this.#bounds.has(key)) {
      const log = this.open(named)?.log
      const bounds = log && { logStartOffset: logStartOffset(log), logEndOffset: log.logEndOffset }
      this.#bounds.set(key, bounds)
    }
    return this.#bounds.get(key)
  }

  /** The id of the topic that the folder belongs to; undefined where the folder doesn't tell. */
  topicIdOf(named: NamedPartition): string | undefined {
    const key = checkpointKey(named)
    if (!this.#topicIds.has(key)) this.#topicIds.set(key, this.#readTopicId(key))
    return this.#topicIds.get(key)
  }

  #add(logDir: string): void {
    const folders = this.#attempt(() => readLogDir(this.#disk, logDir).partitions) ?? []
    for (const folder of folders) {
      const { parsed } = folder
      if (parsed.state !== 'live') continue
      const key = checkpointKey(parsed)
      this.#folders.set(key, [...(this.#folders.get(key) ?? []), folder])
    }
  }

  #read(named: NamedPartition, path: string): PartitionHere {
    const log = this.#reader.read(path)
    if (!log.isClean) this.#noteUnclean(dirname(path))
    const end = logEndOffset(this.#disk, log)
    return {
      topic: named.topic,
      partition: named.partition,
      path,
      log: { ...log, logEndOffset: end },
    }
  }

  #noteUnclean(logDir: string): void {
    if (this.#unclean.has(logDir)) return
    this.#unclean.add(logDir)
    this.#options.notice(uncleanNotice(logDir))
  }

  #readTopicId(key: string): string | undefined {
    for (const { path } of this.#folders.get(key) ?? []) {
      const file = `${path}/${PARTITION_METADATA}`
      if (this.#disk.status(file) === undefined) continue
      const bytes = this.#attempt(() => this.#disk.readWhole(file))
      const topicId = bytes && readPartitionMetadata(bytes, file).topicId
      if (topicId !== undefined) return topicId
    }
    return undefined
  }

  #attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof LimitError)) throw error
      this.#options.problem(error.message)
      return undefined
    }
  }
}

function byName(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
