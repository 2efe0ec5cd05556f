/** What flush policies would have meant for logs as they were written: each is replayed by a task, topic by topic. */
import { MEBIBYTE, type DecodeLimits } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { runTasks } from '../parallel/task-pool.ts'
import type { FlushPolicy } from './flush-policy.ts'
import type { PartitionReplay, ReplayTask } from './partition-replay.ts'
import { emptyFigures, mergeFigures, type RiskFigures } from './risk-figures.ts'

export interface ReplayedPartition {
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** That it has today. */
  readonly policy: FlushPolicy
}

export type ReplayScope = 'all' | 'topic' | 'partition'

export interface ReplayOptions {
  readonly by: ReplayScope
  /** Beside the one of today, which comes first. */
  readonly policies: readonly FlushPolicy[]
  readonly limits: DecodeLimits
  readonly workers: number
  readonly onProgress: (totalBytes: number) => void
}

export interface ReplayReport {
  /** Undefined where there are several. */
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly partitions: number
  readonly batches: number
  readonly bytes: number
  readonly records: number
  /** Undefined where no batch has a time. */
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  readonly backwardBatches: number
  readonly timelessBatches: number
  /** Today's, then those of the options; one figure for each. */
  readonly figures: readonly RiskFigures[]
  /** Today's policy; undefined where it is not the same everywhere. */
  readonly policy: FlushPolicy | undefined
}

export type ReplayEvent =
  | { readonly kind: 'problem'; readonly message: string }
  | { readonly kind: 'report'; readonly report: ReplayReport }

/** Threads take as long to start as this takes to read. */
const THREADED_BYTES_MIN = 256 * MEBIBYTE
/** Each takes some 15 MB. */
const THREADS_MAX = 3

export async function* replay(
  disk: Disk,
  partitions: readonly ReplayedPartition[],
  options: ReplayOptions,
): AsyncGenerator<ReplayEvent> {
  const isSmall = bytesOf(partitions) < THREADED_BYTES_MIN
  const tasks = partitions.map(partition => taskOf(partition, options))
  const results = runTasks('replay-partition', tasks, {
    workers: isSmall ? 1 : Math.min(options.workers, THREADS_MAX),
    disk: considerate(disk),
    onProgress: options.onProgress,
  })
  let scope: Scope | undefined
  let index = 0
  for await (const result of results) {
    const partition = partitions[index++]!
    for (const message of result.problems) yield { kind: 'problem', message }
    if (scope?.holds(partition) === false) {
      yield { kind: 'report', report: scope.report() }
      scope = undefined
    }
    scope ??= new Scope(options)
    scope.add(partition, result)
  }
  if (scope !== undefined) yield { kind: 'report', report: scope.report() }
}

function taskOf({ log, policy }: ReplayedPartition, options: ReplayOptions): ReplayTask {
  return {
    segments: log.segments,
    openBaseOffset: log.isClean ? undefined : log.segments.at(-1)?.baseOffset,
    policies: [policy, ...options.policies],
    limits: options.limits,
  }
}

class Scope {
  readonly #by: ReplayScope
  readonly #figures: readonly RiskFigures[]
  readonly #partitions: ReplayedPartition[] = []
  #batches = 0
  #bytes = 0
  #records = 0
  #backwardBatches = 0
  #timelessBatches = 0
  #firstMs = Infinity
  #lastMs = -Infinity

  constructor({ by, policies }: ReplayOptions) {
    this.#by = by
    this.#figures = [emptyFigures(), ...policies.map(emptyFigures)]
  }

  holds({ topic }: ReplayedPartition): boolean {
    return this.#by === 'all' || (this.#by === 'topic' && topic === this.#partitions[0]?.topic)
  }

  add(partition: ReplayedPartition, result: PartitionReplay): void {
    this.#partitions.push(partition)
    this.#figures.forEach((figures, index) => mergeFigures(figures, result.figures[index]!))
    this.#batches += result.batches
    this.#bytes += result.bytes
    this.#records += result.records
    this.#backwardBatches += result.backwardBatches
    this.#timelessBatches += result.timelessBatches
    this.#firstMs = Math.min(this.#firstMs, result.firstMs ?? Infinity)
    this.#lastMs = Math.max(this.#lastMs, result.lastMs ?? -Infinity)
  }

  report(): ReplayReport {
    const [first] = this.#partitions
    const isOneTopic = this.#partitions.every(({ topic }) => topic === first?.topic)
    const isTimed = this.#firstMs < Infinity
    return {
      topic: isOneTopic ? first?.topic : undefined,
      partition: this.#partitions.length === 1 ? first?.partition : undefined,
      partitions: this.#partitions.length,
      batches: this.#batches,
      bytes: this.#bytes,
      records: this.#records,
      firstMs: isTimed ? this.#firstMs : undefined,
      lastMs: isTimed ? this.#lastMs : undefined,
      backwardBatches: this.#backwardBatches,
      timelessBatches: this.#timelessBatches,
      figures: this.#figures,
      policy: this.#partitions.every(each => isSame(each.policy, first!.policy))
        ? first?.policy
        : undefined,
    }
  }
}

function isSame(a: FlushPolicy, b: FlushPolicy): boolean {
  return (
    a.flushMessages === b.flushMessages &&
    a.flushMs === b.flushMs &&
    a.schedulerMs === b.schedulerMs
  )
}

function bytesOf(partitions: readonly ReplayedPartition[]): number {
  let bytes = 0
  for (const { log } of partitions) for (const segment of log.segments) bytes += segment.log.size
  return bytes
}
