/**
 * The records of partitions as a consumer is shown them: partition by partition, or merged by time; up to what is there,
 * or on and on as it is written.
 */
import { isReadFailure } from '../../base/errors.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import { withOpenFilesAtMost } from '../../disk/bounded-files.ts'
import type { Disk } from '../../disk/disk.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import { unreadableIndexText, withOptionalIndexes } from '../../log/optional-indexes.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import {
  partitionView,
  segmentsInView,
  type PartitionView,
  type ViewOptions,
} from '../search/partition-view.ts'
import type { SearchProblem } from '../search/segment-task.ts'
import type { Segment } from '../../log/segment.ts'
import { LivePartition } from './live-partition.ts'
import { mergeByTime, windowSizeFor } from './merge-by-time.ts'
import { PartitionCursor, type CursorOptions, type PlannedSegment } from './partition-cursor.ts'

export interface ConsumedPartition {
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** Of the log's, those meant. */
  readonly segments: readonly Segment[]
}

export interface ConsumeOptions extends ViewOptions {
  /** Of several partitions. */
  readonly order: 'by partition' | 'by time'
  readonly limits: DecodeLimits
  readonly tell: (problem: SearchProblem) => void
}

/** Takes the record that the cursor stands on; false where no more are wanted. */
export type TakeRecord = (cursor: PartitionCursor) => boolean

/** Few enough for any process. */
const OPEN_FILES_MAX = 256

/** What is there. */
export function consume(
  disk: Disk,
  partitions: readonly ConsumedPartition[],
  options: ConsumeOptions,
  take: TakeRecord,
): void {
  const reader = new PartitionReader(considerate(disk), partitions.length, options)
  const cursors = reader.cursorsOf(partitions)
  if (options.order === 'by time' && partitions.length > 1) {
    mergeByTime([...cursors], take)
    return
  }
  for (const cursor of cursors) {
    while (cursor.next()) {
      if (take(cursor)) continue
      cursor.rest()
      return
    }
    cursor.rest()
  }
}

export interface FollowOptions extends ConsumeOptions {
  /** How long to go on without a record. */
  readonly timeoutMs?: number | undefined
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
  /** All that has come was taken; now it is waited for more. */
  readonly onCaughtUp: () => void
}

/** How long to wait for more: soon after some has come, longer and longer when none does. */
const WAIT_MS_MIN = 2
const WAIT_MS_MAX = 200
/** Of the time, that which looking may take. */
const LOOKING_SHARE = 0.1

/** What is there, and what is written from then on: until enough is taken, the range ends, or nothing comes. */
export async function follow(
  disk: Disk,
  partitions: readonly ConsumedPartition[],
  options: FollowOptions,
  take: TakeRecord,
): Promise<void> {
  const { nowMs, wait, onCaughtUp, timeoutMs = Infinity } = options
  const live = new PartitionReader(disk, partitions.length, options).live(partitions)
  let [isEnough, hasTaken] = [false, false]
  const takeOne = (cursor: PartitionCursor) => {
    hasTaken = true
    isEnough = !take(cursor)
    return !isEnough
  }
  let lastAt = nowMs()
  let waitMs = WAIT_MS_MIN
  let changed = live
  while (!isEnough) {
    const begunAt = nowMs()
    hasTaken = false
    mergeByTime(
      changed.map(({ cursor }) => cursor),
      takeOne,
    )
    onCaughtUp()
    const now = nowMs()
    if (hasTaken) lastAt = now
    if (isEnough || now - lastAt >= timeoutMs || !live.some(({ isAlive }) => isAlive)) return
    waitMs = hasTaken ? WAIT_MS_MIN : Math.min(2 * waitMs, WAIT_MS_MAX)
    const rest = (now - begunAt) * (1 / LOOKING_SHARE - 1)
    const longest = Math.max(WAIT_MS_MIN, timeoutMs - (now - lastAt))
    await wait(Math.min(hasTaken ? waitMs : Math.max(waitMs, rest), longest))
    changed = live.filter(partition => partition.refresh())
  }
}

class PartitionReader {
  readonly #disk: Disk
  readonly #options: ConsumeOptions
  readonly #windowSize: number

  constructor(disk: Disk, partitionCount: number, options: ConsumeOptions) {
    const told = new Set<string>()
    const bounded = withOpenFilesAtMost(disk, OPEN_FILES_MAX)
    this.#disk = withOptionalIndexes(bounded, error => {
      const message = unreadableIndexText(error)
      if (!told.has(message)) options.tell({ kind: 'notice', message })
      told.add(message)
    })
    this.#options = options
    this.#windowSize = windowSizeFor(options.order === 'by time' ? partitionCount : 1)
  }

  *cursorsOf(partitions: readonly ConsumedPartition[]): Generator<PartitionCursor> {
    for (const partition of partitions) {
      const view = this.#attempt(partition, () =>
        partitionView(this.#disk, partition.log, this.#options),
      )
      if (view === undefined) continue
      for (const message of view.notices) this.#options.tell({ kind: 'notice', message })
      const segments = this.#plannedIn(partition, view)
      const plan = { segments, range: view.range }
      yield new PartitionCursor(this.#disk, plan, this.#cursorOptions(partition))
    }
  }

  live(partitions: readonly ConsumedPartition[]): LivePartition[] {
    return partitions.flatMap(partition => {
      const options = this.#cursorOptions(partition)
      const live = this.#attempt(
        partition,
        () => new LivePartition(this.#disk, partition.log, this.#options, options),
      )
      return live ?? []
    })
  }

  *#plannedIn(
    { log, segments }: ConsumedPartition,
    view: PartitionView,
  ): Generator<PlannedSegment, undefined> {
    const inView = segmentsInView(this.#disk, log, view, { segments, useIndexes: true })
    for (const { segment, isOpenEnded, aborted } of inView) {
      yield { segment, tail: isOpenEnded ? 'open' : 'closed', aborted }
    }
  }

  #cursorOptions({ topic, partition }: ConsumedPartition): CursorOptions {
    const { limits, tell } = this.#options
    return { topic, partition, limits, windowSize: this.#windowSize, tell }
  }

  /** Undefined where the partition can't be read, which is told. */
  #attempt<T>({ log }: ConsumedPartition, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!isReadFailure(error)) throw error
      const message = `${log.directory.path}: ${error.message}`
      this.#options.tell({ kind: 'failure', message })
      return undefined
    }
  }
}
