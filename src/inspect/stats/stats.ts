/**
 * Statistics over many partitions: each is read by a task of its own, and what they counted is added up, for all of
 * them together, topic by topic, or not at all.
 */
import { considerate } from '../../disk/considerate-disk.ts'
import { MEBIBYTE, type DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { runTasks } from '../parallel/task-pool.ts'
import {
  bytesOf,
  CountedScope,
  readingTasks,
  sampleSizeOf,
  type CountedPartition,
  type StatsScope,
} from './counted-logs.ts'
import { emptyStats, mergeStats, type LogStats } from './log-stats.ts'
import type { ReadingProblem } from './log-reading.ts'
import type { PartitionStats } from './partition-stats.ts'
import { reportOf, type StatsReport } from './stats-report.ts'

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
  | { readonly kind: 'problem'; readonly problem: ReadingProblem }
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
  const sampleSize = sampleSizeOf(partitions, asked.sampleSize)
  const options = { ...asked, sampleSize }
  const tasks = readingTasks(partitions, options).map((task, index) => ({
    ...task,
    lastBaseOffset: partitions[index]!.log.segments.at(-1)?.baseOffset,
    largestMax: options.topMax,
  }))
  const isSmall = (sampleSize ?? bytesOf(partitions)) < THREADED_BYTES_MIN
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
    if (scope !== undefined && !scope.counted.holds(partition)) {
      yield { kind: 'report', report: scope.report() }
      scope = undefined
    }
    scope ??= new Scope(options)
    scope.add(partition, result)
  }
  if (scope !== undefined) yield { kind: 'report', report: scope.report() }
}

class Scope {
  readonly counted: CountedScope
  readonly #topMax: number
  readonly #stats: LogStats = emptyStats()

  constructor({ by, sampleSize, topMax }: StatsOptions) {
    this.counted = new CountedScope(by, sampleSize)
    this.#topMax = topMax
  }

  add(partition: CountedPartition, result: PartitionStats): void {
    this.counted.add(partition, result)
    mergeStats(this.#stats, result.stats, this.#topMax)
  }

  report(): StatsReport {
    return reportOf(this.#stats, this.counted.facts(), this.#topMax)
  }
}
