/** The threads that read segments again for `recover`, and for `produce` after a crash. */
import { TaskThreads } from '../inspect/parallel/task-threads.ts'
import type { RecoveryThreading } from '../log-dirs/recovery.ts'
import { MEBIBYTE } from '../base/limits.ts'
import type { CommandContext } from './command-context.ts'

/** `num.recovery.threads.per.data.dir` by default */
const THREADS_PER_LOG_DIR = 2

/** Each takes some 15 MB. */
const THREADS_MAX = 4

/** What one thread reads while others would still be starting. */
const THREADED_BYTES_MIN = 128 * MEBIBYTE

export const DEFAULT_THREADS = `${THREADS_PER_LOG_DIR} for each log.dir, at most one for each processor and ${THREADS_MAX}`

export interface RecoveryThreadsWanted {
  readonly logDirCount: number
  /** As the user wants it, whatever there is to do. */
  readonly threadCount?: number | undefined
}

export function recoveryThreading(
  { logDirCount, threadCount }: RecoveryThreadsWanted,
  { parallelism }: Pick<CommandContext, 'parallelism'>,
): RecoveryThreading {
  return {
    countMax: threadCount ?? Math.min(parallelism, THREADS_PER_LOG_DIR * logDirCount, THREADS_MAX),
    bytesMin: threadCount === undefined ? THREADED_BYTES_MIN : 0,
    start: count => new TaskThreads('read-segment', count, 'read-only'),
  }
}
