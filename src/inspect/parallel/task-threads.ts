/**
 * Worker threads for tasks that come up one by one: each goes to a thread that is free, or waits for one. Whoever has
 * all of them beforehand and wants the results in order takes task-pool.ts.
 */
import { Worker } from 'node:worker_threads'
import { AssertionError } from '../../base/errors.ts'
import {
  RESOURCE_LIMITS,
  type TaskAnswer,
  type TaskOrder,
  type WorkerDisk,
  type WorkerSettings,
} from './task-message.ts'
import type { TaskArgument, TaskName, TaskResult } from './task-table.ts'

export class TaskThreads<N extends TaskName> {
  readonly #name: N
  readonly #workers: Worker[] = []
  readonly #idle: Worker[] = []
  readonly #waiting: TaskOrder<N>[] = []
  readonly #running = new Map<number, Settled<TaskResult<N>>>()
  readonly #progress: Float64Array
  #count = 0

  constructor(name: N, workerCount: number, disk: WorkerDisk = 'considerate') {
    this.#name = name
    const progress = new SharedArrayBuffer(workerCount * Float64Array.BYTES_PER_ELEMENT)
    this.#progress = new Float64Array(progress)
    for (let workerIndex = 0; workerIndex < workerCount; workerIndex++) {
      this.#start({ progress: this.#progress, workerIndex, disk })
    }
  }

  /** Bytes that all of them have looked at. */
  get progressBytes(): number {
    return this.#progress.reduce((sum, bytes) => sum + bytes, 0)
  }

  run(argument: TaskArgument<N>): Promise<TaskResult<N>> {
    const index = this.#count++
    this.#waiting.push({ index, name: this.#name, argument })
    return new Promise((resolve, reject) => {
      this.#running.set(index, { resolve, reject })
      this.#hand()
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()))
  }

  #start(workerData: WorkerSettings): void {
    const worker = new Worker(new URL('./task-worker.cjs', import.meta.url), {
      workerData,
      resourceLimits: RESOURCE_LIMITS,
    })
    worker.on('message', (answer: TaskAnswer<N>) => {
      this.#idle.push(worker)
      this.#settle(answer)
      this.#hand()
    })
    worker.on('error', error => {
      for (const { reject } of this.#running.values()) reject(error)
    })
    this.#workers.push(worker)
    this.#idle.push(worker)
  }

  #settle(answer: TaskAnswer<N>): void {
    const settled = this.#running.get(answer.index)
    this.#running.delete(answer.index)
    if ('result' in answer) settled?.resolve(answer.result)
    else settled?.reject(new AssertionError(`in a worker: ${answer.failure}`))
  }

  #hand(): void {
    while (this.#idle.length > 0) {
      const order = this.#waiting.shift()
      if (order === undefined) return
      this.#idle.pop()?.postMessage(order)
    }
  }
}

interface Settled<Result> {
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}
