/** The entry of a worker thread: does one task after the other, with a disk of its own. */
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import { nodeDisk } from '../../disk/node-disk.ts'
import { readOnly } from '../../disk/read-only-disk.ts'
import type { TaskAnswer, TaskOrder, WorkerDisk, WorkerSettings } from './task-message.ts'
import { runTask, type TaskEnvironment } from './task-table.ts'

const port = parentPort
assert(port !== null, 'a task worker runs in a worker thread')
const { progress, workerIndex, disk } = workerData as WorkerSettings

const DISKS: Readonly<Record<WorkerDisk, () => Disk>> = {
  considerate: () => considerate(readOnly(nodeDisk)),
  'read-only': () => readOnly(nodeDisk),
}

const environment: TaskEnvironment = {
  disk: DISKS[disk](),
  onProgress: bytes => {
    progress[workerIndex] = (progress[workerIndex] ?? 0) + bytes
  },
  clockMs: () => performance.now(),
}

port.on('message', (order: TaskOrder) => {
  void answer(order).then(reply => port.postMessage(reply))
})

async function answer({ index, name, argument }: TaskOrder): Promise<TaskAnswer> {
  try {
    return { index, result: await runTask(name, argument, environment) }
  } catch (error) {
    return {
      index,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}
