/**
 * Records by what is in them, over many partitions: each is cut into its segments, those that can't hold a match are
 * left out by name and time index, the rest is searched side by side, and what is found comes in order: partition by
 * partition, offsets ascending.
 */
import { isReadFailure } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import type { OffsetRange } from '../offsets/offset-point.ts'
import { offsetBoundsOf } from '../offsets/offset-query.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { inOrder } from './in-order.ts'
import { latestOffsets } from './latest-per-key.ts'
import {
  partitionView,
  segmentsInView,
  type Isolation,
  type PartitionView,
} from './partition-view.ts'
import type { RecordQuery } from './record-query.ts'
import type { SearchProblem, SegmentResult, SegmentTask } from './segment-task.ts'

export interface SearchedPartition {
  readonly topic: string
  readonly partition: number
  /** All of it: snapshots and neighbouring segments tell what a consumer would see. */
  readonly log: PartitionLog
  /** Of its segments, those to search. */
  readonly segments: readonly Segment[]
}

export interface SearchOptions {
  readonly query: RecordQuery
  readonly offsets: OffsetRange | undefined
  readonly fromTimestamp: bigint | undefined
  readonly toTimestamp: bigint | undefined
  readonly isolation: Isolation
  readonly latestPerKey: boolean
  readonly keysMax: number
  /** Records, all in all. */
  readonly limit: number | undefined
  readonly limits: DecodeLimits
  readonly useIndexes: boolean
}

/** Who searches segments: this thread, or several. */
export interface SegmentRunner {
  run(task: SegmentTask): Promise<SegmentResult>
  /** The result's batches are no longer needed. */
  taken(result: SegmentResult): void
  /** Tasks that may run, or wait with their results, at one time. */
  readonly ahead: number
}

export type SearchEvent =
  | {
      readonly kind: 'matches'
      readonly in: SearchedPartition
      readonly segment: Segment
      readonly found: Matches
    }
  | { readonly kind: 'problem'; readonly problem: SearchProblem }
  | { readonly kind: 'progress'; readonly bytesPassed: number }

/** See visitMatches. No more of them than the limit allows are to be taken: the last batch may hold more. */
export type Matches = Pick<SegmentResult, 'batches' | 'places' | 'positions' | 'matchCount'>

export async function* search(
  disk: Disk,
  partitions: readonly SearchedPartition[],
  options: SearchOptions,
  runner: SegmentRunner,
): AsyncGenerator<SearchEvent> {
  const plan = new SearchPlan(disk, partitions, options)
  let left = options.limit ?? Infinity
  const steps = {
    run: async (step: Step) =>
      step.kind === 'problem' ? NOTHING : runner.run(capped(step.task, left)),
    rest: goOn,
  }
  for await (const { task: step, result } of inOrder(plan.steps(), steps, runner.ahead)) {
    if (step.kind === 'problem') {
      yield step
      continue
    }
    for (const problem of result.problems) {
      if (!isSecondReading(step.task)) yield { kind: 'problem', problem }
    }
    yield { kind: 'progress', bytesPassed: result.bytesPassed }
    if (result.matchCount > 0) {
      yield { kind: 'matches', in: step.in, segment: step.task.segment, found: result }
      left -= result.matchCount
    }
    runner.taken(result)
    if (left <= 0) return
  }
}

type Step =
  | { readonly kind: 'segment'; readonly in: SearchedPartition; readonly task: SegmentTask }
  | { readonly kind: 'problem'; readonly problem: SearchProblem }

/** What was wrong with the segment was told when it was gone through for the keys. */
function isSecondReading({ offsets }: SegmentTask): boolean {
  return offsets !== undefined
}

function goOn(step: Step, { resumeAt }: SegmentResult): Step | undefined {
  if (step.kind === 'problem' || resumeAt === undefined) return undefined
  return { ...step, task: { ...step.task, resumeAt } }
}

function capped(task: SegmentTask, left: number): SegmentTask {
  return { ...task, matchesMax: Math.min(task.matchesMax, left) }
}

const NOTHING: SegmentResult = {
  batches: new Uint8Array(),
  places: new Uint32Array(),
  positions: new Float64Array(),
  matchCount: 0,
  problems: [],
  bytesPassed: 0,
  resumeAt: undefined,
}

class SearchPlan {
  readonly #disk: Disk
  readonly #partitions: readonly SearchedPartition[]
  readonly #options: SearchOptions

  constructor(disk: Disk, partitions: readonly SearchedPartition[], options: SearchOptions) {
    this.#disk = disk
    this.#partitions = partitions
    this.#options = options
  }

  *steps(): Generator<Step> {
    const lateness = this.#latenessNotice()
    if (lateness !== undefined) {
      yield { kind: 'problem', problem: { kind: 'notice', message: lateness } }
    }
    for (const partition of this.#partitions) {
      try {
        yield* this.#stepsIn(partition)
      } catch (error) {
        if (!isReadFailure(error)) throw error
        const message = `${partition.log.directory.path}: ${error.message}`
        yield { kind: 'problem', problem: { kind: 'failure', message } }
      }
    }
  }

  /** Of all partitions together: that some of them rest is nothing to tell. */
  #latenessNotice(): string | undefined {
    const { fromTimestamp } = this.#options
    if (fromTimestamp === undefined || this.#partitions.length === 0) return undefined
    try {
      for (const { log } of this.#partitions) {
        if (offsetBoundsOf(this.#disk, log).offsetAt(fromTimestamp) !== undefined) return undefined
      }
    } catch (error) {
      // The search itself tells what can't be read.
      if (isReadFailure(error)) return undefined
      throw error
    }
    return `the range holds nothing: no record is at time ${fromTimestamp} or later`
  }

  *#stepsIn(partition: SearchedPartition): Generator<Step> {
    const options = this.#options
    const view = partitionView(this.#disk, partition.log, options)
    for (const message of view.notices) {
      yield { kind: 'problem', problem: { kind: 'notice', message } }
    }
    const tasks = [...this.#tasksOf(partition, view)]
    if (!options.latestPerKey) {
      for (const task of tasks) yield { kind: 'segment', in: partition, task }
      return
    }
    const latest = latestOffsets(this.#disk, tasks, options.keysMax)
    for (const problem of latest.problems) yield { kind: 'problem', problem }
    for (const task of latest.tasks) yield { kind: 'segment', in: partition, task }
  }

  *#tasksOf({ log, segments }: SearchedPartition, view: PartitionView): Generator<SegmentTask> {
    const { query, limits, useIndexes } = this.#options
    const { range } = view
    const inView = segmentsInView(this.#disk, log, view, { segments, useIndexes })
    for (const { aborted, ...segment } of inView) {
      const numbers = aborted.numbers
      const matchesMax = Infinity
      yield { ...segment, query, range, aborted: numbers, limits, useIndexes, matchesMax }
    }
  }
}
