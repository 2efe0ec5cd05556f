/** Who searches segments: this thread where there is little to do, several where there is much. */
import { MEBIBYTE } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { TaskThreads } from '../parallel/task-threads.ts'
import { keepingLastLog } from './last-log.ts'
import { MEMORY_SIZE, runSegmentTask } from './match-collector.ts'
import type { SearchedPartition, SegmentRunner } from './search.ts'
import type { SegmentResult } from './segment-task.ts'

export interface ClosableRunner extends SegmentRunner {
  close(): Promise<void>
}

/** Each takes some 15 MB, and there is one that prints what they find. */
const THREADS_MAX = 3
const TASKS_AHEAD_PER_THREAD = 2
/** A thread takes as long to start as this takes to search. */
const THREADED_BYTES_MIN = 64 * MEBIBYTE

export function createRunner(
  disk: Disk,
  partitions: readonly SearchedPartition[],
  parallelism: number,
): ClosableRunner {
  const segments = partitions.flatMap(partition => partition.segments)
  const bytes = segments.reduce((sum, { log }) => sum + log.size, 0)
  const threadCount = Math.min(parallelism, segments.length, THREADS_MAX)
  return bytes < THREADED_BYTES_MIN || threadCount < 2 ? inThisThread(disk) : threaded(threadCount)
}

/** @param disk not the real one, perhaps */
export function inThisThread(disk: Disk): ClosableRunner {
  const environment = { disk: considerate(disk) }
  return {
    ahead: 1,
    run: task => Promise.resolve(runSegmentTask(task, environment)),
    taken: () => undefined,
    close() {
      keepingLastLog(environment.disk).letGo()
      return Promise.resolve()
    },
  }
}

function threaded(threadCount: number): ClosableRunner {
  const threads = new TaskThreads('search-segment', threadCount)
  const free: SharedArrayBuffer[] = []
  const inUse = new Map<SegmentResult, SharedArrayBuffer>()
  return {
    ahead: threadCount * TASKS_AHEAD_PER_THREAD,
    async run(task) {
      const memory = free.pop() ?? new SharedArrayBuffer(MEMORY_SIZE)
      const result = await threads.run({ ...task, memory })
      inUse.set(result, memory)
      return result
    },
    taken(result) {
      const memory = inUse.get(result)
      inUse.delete(result)
      if (memory !== undefined) free.push(memory)
    },
    close: () => threads.close(),
  }
}
