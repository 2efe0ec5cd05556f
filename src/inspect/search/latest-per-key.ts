/**
 * Of the records of a partition that match, only the last of each key: the segments are gone through twice, once for
 * the offsets, once for the records at them. Records without a key have no latest, and are left out.
 */
import { dirname } from 'node:path'
import { LimitError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { KEYS_MAX_FLAG, LatestOffsets } from './latest-offsets.ts'
import { searchSegment, type MatchSink } from './segment-search.ts'
import type { SearchProblem, SegmentTask } from './segment-task.ts'

export interface LatestTasks {
  /** Those in which one is, each with the offsets wanted. */
  readonly tasks: readonly SegmentTask[]
  readonly problems: readonly SearchProblem[]
}

/**
 * @param tasks ascending, of one partition
 * @throws LimitError where there are more keys than may be remembered
 */
export function latestOffsets(
  disk: Disk,
  tasks: readonly SegmentTask[],
  keysMax: number,
): LatestTasks {
  const latest = new LatestOffsets(tasks[0]?.segment.baseOffset ?? 0n, keysMax)
  const problems: SearchProblem[] = []
  const sink = new KeySink(latest)
  for (const task of tasks) {
    problems.push(...searchSegment(disk, task, sink).problems)
    if (sink.isFull) throw tooManyKeys(keysMax)
  }
  if (sink.keylessCount > 0) {
    const folder = dirname(tasks[0]!.segment.log.path)
    const message = `${folder}: ${sink.keylessCount} matching records have no key and were left out`
    problems.push({ kind: 'notice', message })
  }
  return { tasks: withOffsets(tasks, latest.takeSorted()), problems }
}

class KeySink implements MatchSink {
  readonly #latest: LatestOffsets
  keylessCount = 0
  isFull = false

  constructor(latest: LatestOffsets) {
    this.#latest = latest
  }

  match(record: RecordCursor): void {
    if (record.keySize < 0) {
      this.keylessCount++
      return
    }
    const { bytes, keyStart, keySize, offset } = record
    if (!this.#latest.set(bytes, keyStart, keySize, offset)) this.isFull = true
  }

  batchDone(): boolean {
    return !this.isFull
  }
}

function tooManyKeys(keysMax: number): LimitError {
  return new LimitError({
    what: 'different keys to tell the latest record of',
    needed: `more than ${keysMax}`,
    allowed: `${keysMax}`,
    flag: KEYS_MAX_FLAG,
  })
}

function withOffsets(tasks: readonly SegmentTask[], offsets: BigInt64Array): SegmentTask[] {
  let from = 0
  return tasks.flatMap((task, position) => {
    const end = tasks[position + 1]?.segment.baseOffset
    let to = from
    while (to < offsets.length && (end === undefined || offsets[to]! < end)) to++
    const wanted = offsets.slice(from, to)
    from = to
    return wanted.length === 0 ? [] : [{ ...task, offsets: wanted }]
  })
}
