/**
 * Records by what is in them, over many partitions: each is cut into its segments, those that can't hold a match are
 * left out by name and time index, the rest is searched side by side, and what is found comes in order: partition by
 * partition, offsets ascending.
 */
import { isReadFailure } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import { logStartOffset } from '../offsets/log-bounds.ts'
import type { OffsetRange } from '../offsets/offset-point.ts'
import { offsetBoundsOf } from '../offsets/offset-query.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { rangeInLog, type RangeInLog } from '../offsets/range-in-log.ts'
import { type AbortedRanges, NONE_ABORTED } from './aborted-ranges.ts'
import { readCommittedView } from './committed-view.ts'
import { inOrder } from './in-order.ts'
import { latestOffsets } from './latest-per-key.ts'
import type { RecordQuery } from './record-query.ts'
import { mayHoldRange, type SearchRange } from './search-range.ts'
import type { SearchProblem, SegmentResult, SegmentTask } from './segment-task.ts'

export interface SearchedPartition {
  readonly topic: string
  readonly partition: number
  /** All of it: snapshots and neighbouring segments tell what a consumer would see. */
  readonly log: PartitionLog
  /** Of its segments, those to search. */
  readonly segments: readonly Segment[]
}

/** Whose eyes to look with. */
export type Isolation =
  /** What the files hold, below the log start offset and of aborted transactions, too. */
  'none' | 'read_uncommitted' | 'read_committed'

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
    const { options, view } = { options: this.#options, view: this.#viewOf(partition) }
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

  #viewOf(partition: SearchedPartition): View {
    const { isolation, fromTimestamp, toTimestamp } = this.#options
    const { log } = partition
    const { from, to, notice } = this.#askedOffsets(partition)
    const notices = notice === undefined ? [] : [notice]
    const times = { fromTimestamp, toTimestamp }
    if (isolation === 'none') {
      const range = { fromOffset: from, toOffset: to, ...times }
      return { range, aborted: NONE_ABORTED, notices }
    }
    const fromOffset = greaterOf(from, logStartOffset(log))
    if (isolation === 'read_uncommitted') {
      const range = { fromOffset, toOffset: to, ...times }
      return { range, aborted: NONE_ABORTED, notices }
    }
    const committed = readCommittedView(this.#disk, log)
    const toOffset = lesserOf(to, committed.lastStableOffset)
    notices.push(...committed.notices)
    return { ...committed, notices, range: { fromOffset, toOffset, ...times } }
  }

  #askedOffsets({ log }: SearchedPartition): RangeInLog {
    const { offsets } = this.#options
    if (offsets === undefined) return { from: 0n, to: INT64_MAX }
    return rangeInLog(this.#disk, log, offsets, log.directory.path)
  }

  *#tasksOf({ log, segments }: SearchedPartition, view: View): Generator<SegmentTask> {
    const { isClean } = log
    const { query, limits, useIndexes } = this.#options
    const { range, aborted } = view
    const nextBaseOffsets = new Map<bigint, bigint | undefined>()
    log.segments.forEach(({ baseOffset }, position) => {
      nextBaseOffsets.set(baseOffset, log.segments[position + 1]?.baseOffset)
    })
    for (const segment of segments) {
      const { baseOffset } = segment
      const next = nextBaseOffsets.get(baseOffset)
      if (useIndexes && !mayHoldRange(this.#disk, segment, range, next)) continue
      yield {
        segment,
        isOpenEnded: !isClean && next === undefined && nextBaseOffsets.has(baseOffset),
        query,
        range,
        aborted: aborted.within(baseOffset, next ?? INT64_MAX).numbers,
        limits,
        useIndexes,
        matchesMax: Infinity,
      }
    }
  }
}

interface View {
  readonly range: SearchRange
  readonly aborted: AbortedRanges
  readonly notices: readonly string[]
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function lesserOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
