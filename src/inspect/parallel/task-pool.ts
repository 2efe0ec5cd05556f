/**
 * Spreads tasks of one kind over worker threads, and hands on their results in the order of the tasks.
 *
 * A thread has its own memory (some 10 MB), so there are no more of them than tasks, and none where one would do:
 * then the work is done here. Whoever takes results slowly slows the workers: no more than a window of tasks is begun
 * before the oldest result was taken, unless weights are given: then the heaviest begin first, so that none of them is
 * left alone at the end.
 */
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { assert, AssertionError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import {
  RESOURCE_LIMITS,
  type TaskAnswer,
  type TaskOrder,
  type WorkerSettings,
} from './task-message.ts'
import { runTask, type TaskArgument, type TaskName, type TaskResult } from './task-table.ts'

export interface TaskPoolOptions {
  /** Threads at most; with fewer than two of them the work is done in this one. */
  readonly workers: number
  /** For work done in this thread; workers read the real disk. */
  readonly disk: Disk
  /** Told from time to time how many bytes all tasks have looked at. */
  readonly onProgress?: ((totalBytes: number) => void) | undefined
  /** Of each task; any unit. */
  readonly weights?: readonly number[]
}

const PROGRESS_MS = 100
/** Tasks that may be begun before the oldest result was taken, for each worker. */
const WINDOW = 4

export async function* runTasks<N extends TaskName>(
  name: N,
  args: readonly TaskArgument<N>[],
  options: TaskPoolOptions,
): AsyncGenerator<TaskResult<N>> {
  const count = Math.min(options.workers, args.length)
  if (count < 2) {
    yield* runHere(name, args, options)
    return
  }
  const pool = new Pool(name, args, options, count)
  try {
    for (let index = 0; index < args.length; index++) yield await pool.take(index)
  } finally {
    await pool.close()
  }
}

async function* runHere<N extends TaskName>(
  name: N,
  args: readonly TaskArgument<N>[],
  { disk, onProgress }: TaskPoolOptions,
): AsyncGenerator<TaskResult<N>> {
  let total = 0
  const environment = {
    disk,
    onProgress: (bytes: number) => {
      total += bytes
      onProgress?.(total)
    },
    clockMs: () => performance.now(),
  }
  for (const argument of args) yield await runTask(name, argument, environment)
}

class Pool<N extends TaskName> {
  readonly #name: N
  readonly #args: readonly TaskArgument<N>[]
  readonly #workers: Worker[] = []
  readonly #idle: Worker[] = []
  /** Indexes of tasks that nobody has begun. */
  readonly #waiting: number[]
  readonly #ahead: number
  readonly #answers = new Map<number, TaskAnswer<N>>()
  readonly #progress: Float64Array
  readonly #timer: NodeJS.Timeout | undefined
  #taken = 0
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(
    name: N,
    args: readonly TaskArgument<N>[],
    { weights, onProgress }: TaskPoolOptions,
    count: number,
  ) {
    this.#name = name
    this.#args = args
    this.#waiting = args.map((_, index) => index)
    if (weights !== undefined) this.#waiting.sort((a, b) => weights[b]! - weights[a]!)
    this.#ahead = weights === undefined ? WINDOW * count : Infinity
    this.#progress = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT))
    for (let index = 0; index < count; index++) this.#start(index)
    if (onProgress !== undefined) {
      this.#timer = setInterval(() => onProgress(this.#totalBytes()), PROGRESS_MS)
      this.#timer.unref()
    }
    this.#hand()
  }

  async take(index: number): Promise<TaskResult<N>> {
    assert(index === this.#taken, 'results are taken in order')
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      const answer = this.#answers.get(index)
      if (answer !== undefined) {
        this.#answers.delete(index)
        this.#taken++
        this.#hand()
        if ('failure' in answer) throw new AssertionError(`in a worker: ${answer.failure}`)
        return answer.result
      }
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#workers.map(worker => worker.terminate()))
  }

  #start(workerIndex: number): void {
    const settings: WorkerSettings = { progress: this.#progress, workerIndex, disk: 'considerate' }
    const worker = new Worker(new URL('./task-worker.cjs', import.meta.url), {
      workerData: settings,
      resourceLimits: RESOURCE_LIMITS,
    })
    worker.on('message', (answer: TaskAnswer<N>) => {
      this.#answers.set(answer.index, answer)
      this.#idle.push(worker)
      this.#hand()
      this.#wakeUp()
    })
    worker.on('error', error => {
      this.#failure = error
      this.#wakeUp()
    })
    this.#workers.push(worker)
    this.#idle.push(worker)
  }

  #hand(): void {
    while (this.#idle.length > 0) {
      const index = this.#waiting[0]
      if (index === undefined || index >= this.#taken + this.#ahead) return
      this.#waiting.shift()
      const order: TaskOrder<N> = { index, name: this.#name, argument: this.#args[index]! }
      this.#idle.pop()!.postMessage(order)
    }
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #totalBytes(): number {
    return this.#progress.reduce((sum, bytes) => sum + bytes, 0)
  }
}
