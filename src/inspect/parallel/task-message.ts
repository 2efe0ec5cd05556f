/** What crosses between the pool and its workers. */
import type { TaskArgument, TaskName, TaskResult } from './task-table.ts'

export interface WorkerSettings {
  /** Bytes looked at, one number for each worker. */
  readonly progress: Float64Array
  readonly workerIndex: number
  readonly disk: WorkerDisk
}

/** Through what a worker sees the real disk: a scan leaves the page cache as it found it; what will be needed stays. */
export type WorkerDisk = 'considerate' | 'read-only'

/** What tasks leave behind is short-lived: by default a thread would collect 48 MB of it before it looks. */
export const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 }

export interface TaskOrder<N extends TaskName = TaskName> {
  readonly index: number
  readonly name: N
  readonly argument: TaskArgument<N>
}

export type TaskAnswer<N extends TaskName = TaskName> =
  | { readonly index: number; readonly result: TaskResult<N> }
  | { readonly index: number; readonly failure: string }
