/**
 * Statistics over many partitions: each is read by a task of its own, and what they counted is added up, for all of
 * them together, topic by topic, or not at all.
 */
import { considerate } from '../../disk/considerate-disk.ts'
import { MEBIBYTE, type DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { runTasks } from '../parallel/task-pool.ts'
import { emptyStats, mergeStats, type LogStats } from './log-stats.ts'
import type { PartitionStats, StatsProblem, StatsTask } from './partition-stats.ts'
import { samplePlaces } from './sample-places.ts'
import { reportOf, type StatsReport } from './stats-report.ts'

export interface CountedPartition {
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** Of its segments, those to count. */
  readonly segments: readonly Segment[]
}

export type StatsScope = 'all' | 'topic' | 'partition'

export interface StatsOptions {
  readonly by: StatsScope
  /** Bytes of log to read, all in all; undefined for all of them. */
  readonly sampleSize: number | undefined
  /** Producers and batches to name. */
  readonly topMax: number
  readonly limits: DecodeLimits
  readonly workers: number
  readonly onProgress: (totalBytes: number) => void
}

export type StatsEvent =
  | { readonly kind: 'problem'; readonly problem: StatsProblem }
  | { readonly kind: 'report'; readonly report: StatsReport }

/** Threads take as long to start as this takes to read. */
const THREADED_BYTES_MIN = 64 * MEBIBYTE
/** Each takes some 15 MB. */
const THREADS_MAX = 3

export async function* statsOf(
  disk: Disk,
  partitions: readonly CountedPartition[],
  asked: StatsOptions,
): AsyncGenerator<StatsEvent> {
  const total = bytesOf(partitions)
  const { sampleSize = Infinity } = asked
  const options = { ...asked, sampleSize: sampleSize < total ? sampleSize : undefined }
  const tasks = tasksOf(partitions, options)
  const isSmall = Math.min(total, sampleSize) < THREADED_BYTES_MIN
  const results = runTasks('partition-stats', tasks, {
    workers: isSmall ? 1 : Math.min(options.workers, THREADS_MAX),
    disk: considerate(disk),
    onProgress: options.onProgress,
  })
  let scope: Scope | undefined
  let index = 0
  for await (const result of results) {
    const partition = partitions[index++]!
    for (const problem of result.problems) yield { kind: 'problem', problem }
    if (scope !== undefined && !scope.holds(partition)) {
      yield { kind: 'report', report: scope.report() }
      scope = undefined
    }
    scope ??= new Scope(options)
    scope.add(partition, result)
  }
  if (scope !== undefined) yield { kind: 'report', report: scope.report() }
}

/** A sample is spread over all of them together: what is small may get nothing of it. */
function tasksOf(
  partitions: readonly CountedPartition[],
  { sampleSize, limits, topMax }: StatsOptions,
): StatsTask[] {
  const all = partitions.flatMap(({ segments }) => segments)
  const places = sampleSize === undefined ? undefined : samplePlaces(all, sampleSize)
  return partitions.map(({ log, segments }) => ({
    segments,
    places: places?.filter(({ segment }) => segments.includes(segment)),
    openBaseOffset: log.isClean ? undefined : log.segments.at(-1)?.baseOffset,
    limits,
    largestMax: topMax,
  }))
}

class Scope {
  readonly #options: StatsOptions
  readonly #stats: LogStats = emptyStats()
  readonly #partitions: CountedPartition[] = []
  #bytesRead = 0
  #places = 0

  constructor(options: StatsOptions) {
    this.#options = options
  }

  holds({ topic }: CountedPartition): boolean {
    const { by } = this.#options
    return by === 'all' || (by === 'topic' && topic === this.#partitions[0]?.topic)
  }

  add(partition: CountedPartition, { stats, bytesRead, places }: PartitionStats): void {
    this.#partitions.push(partition)
    mergeStats(this.#stats, stats, this.#options.topMax)
    this.#bytesRead += bytesRead
    this.#places += places
  }

  report(): StatsReport {
    const { sampleSize, topMax } = this.#options
    const logBytes = bytesOf(this.#partitions)
    const [first] = this.#partitions
    const topics = new Set(this.#partitions.map(({ topic }) => topic))
    const facts = {
      topic: topics.size === 1 ? first?.topic : undefined,
      partition: this.#partitions.length === 1 ? first?.partition : undefined,
      partitions: this.#partitions.length,
      segments: this.#partitions.reduce((sum, { segments }) => sum + segments.length, 0),
      logBytes,
      bytesRead: this.#bytesRead,
      sample:
        sampleSize === undefined ? undefined : { sampleBytes: sampleSize, places: this.#places },
    }
    return reportOf(this.#stats, facts, topMax)
  }
}

function bytesOf(partitions: readonly CountedPartition[]): number {
  let bytes = 0
  for (const { segments } of partitions) for (const { log } of segments) bytes += log.size
  return bytes
}
