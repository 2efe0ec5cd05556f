/**
 * The work that may be given to worker threads, by name, each loaded only where it is done. A task is a function from
 * plain values to a plain value: both cross threads.
 */
import type { Disk } from '../../disk/disk.ts'
import type { SegmentToRead } from '../../log/segment-facts.ts'
import type { SegmentReading } from '../../log-dirs/segment-reading.ts'
import type { PartitionReplay, ReplayTask } from '../flush/partition-replay.ts'
import type { SegmentResult, SegmentTask } from '../search/segment-task.ts'
import type { PartitionStats, StatsTask } from '../stats/partition-stats.ts'
import type { PartitionReport, PartitionTask } from '../verify/partition-task.ts'
import type { PartitionWhatIf, WhatIfTask } from '../what-if/partition-what-if.ts'

export interface TaskEnvironment {
  readonly disk: Disk
  /** Bytes looked at since the last call. */
  readonly onProgress: (bytes: number) => void
  /** Milliseconds of a clock that only goes forward. */
  readonly clockMs: () => number
}

export interface TaskTypes {
  'verify-partition': { readonly argument: PartitionTask; readonly result: PartitionReport }
  'search-segment': { readonly argument: SegmentTask; readonly result: SegmentResult }
  'partition-stats': { readonly argument: StatsTask; readonly result: PartitionStats }
  'read-segment': { readonly argument: SegmentToRead; readonly result: SegmentReading }
  'partition-what-if': { readonly argument: WhatIfTask; readonly result: PartitionWhatIf }
  'replay-partition': { readonly argument: ReplayTask; readonly result: PartitionReplay }
}

export type TaskName = keyof TaskTypes
export type TaskArgument<N extends TaskName> = TaskTypes[N]['argument']
export type TaskResult<N extends TaskName> = TaskTypes[N]['result']

type Task<N extends TaskName> = (
  argument: TaskArgument<N>,
  environment: TaskEnvironment,
) => TaskResult<N> | Promise<TaskResult<N>>

const TASKS: { readonly [N in TaskName]: () => Promise<Task<N>> } = {
  'verify-partition': async () => (await import('../verify/partition-check.ts')).checkPartition,
  'search-segment': async () => (await import('../search/match-collector.ts')).runSegmentTask,
  'partition-stats': async () => (await import('../stats/partition-stats.ts')).partitionStats,
  'read-segment': async () => (await import('../../log-dirs/segment-reading.ts')).readSegment,
  'partition-what-if': async () =>
    (await import('../what-if/partition-what-if.ts')).partitionWhatIf,
  'replay-partition': async () => (await import('../flush/partition-replay.ts')).replayPartition,
}

export async function runTask<N extends TaskName>(
  name: N,
  argument: TaskArgument<N>,
  environment: TaskEnvironment,
): Promise<TaskResult<N>> {
  const task = await TASKS[name]()
  return task(argument, environment)
}
