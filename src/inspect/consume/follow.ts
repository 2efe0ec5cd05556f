/** The records of partitions as they are written, merged by time as far as they have come. */
import type { Disk } from '../../disk/disk.ts'
import type { TakeRecord } from './consume.ts'
import { mergeByTime } from './merge-by-time.ts'
import type { PartitionCursor } from './partition-cursor.ts'
import { PartitionReader, type ConsumedPartition, type ConsumeOptions } from './partition-reader.ts'

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
/** For each millisecond that it took to look, so many are waited: thousands of partitions take theirs. */
const WAIT_FOR_LOOKING = 9

/** What is there, and what is written from then on: until enough is taken, the range ends, or nothing comes. */
export async function follow(
  disk: Disk,
  partitions: readonly ConsumedPartition[],
  options: FollowOptions,
  take: TakeRecord,
): Promise<void> {
  const { nowMs, wait, onCaughtUp, timeoutMs = Infinity } = options
  const live = new PartitionReader(disk, partitions.length, options).live(partitions)
  let takenAt = nowMs()
  let waitMs = WAIT_MS_MIN
  let changed = live
  let lookingMs = 0
  for (;;) {
    const { count, isEnough } = takeAll(
      changed.map(({ cursor }) => cursor),
      take,
    )
    onCaughtUp()
    if (count > 0) takenAt = nowMs()
    const leftMs = timeoutMs - (nowMs() - takenAt)
    if (isEnough || leftMs <= 0 || !live.some(({ isAlive }) => isAlive)) return
    waitMs = count > 0 ? WAIT_MS_MIN : Math.min(2 * waitMs, WAIT_MS_MAX)
    await wait(Math.min(Math.max(waitMs, lookingMs * WAIT_FOR_LOOKING), leftMs))
    const begunAt = nowMs()
    changed = live.filter(partition => partition.refresh())
    lookingMs = nowMs() - begunAt
  }
}

function takeAll(cursors: readonly PartitionCursor[], take: TakeRecord) {
  const taken = { count: 0, isEnough: false }
  mergeByTime(cursors, cursor => {
    taken.count++
    taken.isEnough = !take(cursor)
    return !taken.isEnough
  })
  return taken
}
