/** What crosses between the pool and its workers. */
import type { TaskArgument, TaskName, TaskResult } from './task-table.ts'

export interface WorkerSettings {
  /** Bytes looked at, one number for each worker. */
  readonly progress: Float64Array
  readonly workerIndex: number
}

export interface TaskOrder<N extends TaskName = TaskName> {
  readonly index: number
  readonly name: N
  readonly argument: TaskArgument<N>
}

export type TaskAnswer<N extends TaskName = TaskName> =
  | { readonly index: number; readonly result: TaskResult<N> }
  | { readonly index: number; readonly failure: string }
