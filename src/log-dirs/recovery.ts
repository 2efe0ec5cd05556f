/**
 * Puts all logs in order and closes them: in this thread where little is to be read again, else spread over threads. Then
 * the logs of all directories are waited for at once, the one with most to read first, so that none is left alone at the
 * end. What was done is told in the order of the directories all the same.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#loadLogs
 */
import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { OpenFiles } from '../disk/open-files.ts'
import { parseSegmentFileName } from '../log/file-names.ts'
import { floorSegment } from '../log/segment.ts'
import type { PartitionFolder } from './log-dir.ts'
import type { OpenLogDir, TopicPartition } from './open-log-dir.ts'
import { errorOf, type FailureError } from './plain-failure.ts'
import {
  recoverLog,
  type RecoverEnvironment,
  type RecoverOutcome,
  type RecoverTask,
} from './recover-log.ts'

export interface RecoveryThreads {
  run(task: RecoverTask): Promise<RecoverOutcome>
  /** By all of them, so far. */
  readonly progressBytes: number
  close(): Promise<void>
}

export interface RecoveryThreading {
  readonly countMax: number
  /** With less to read again, besides the longest log, they aren't worth their start. */
  readonly bytesMin: number
  readonly start: (count: number) => RecoveryThreads
}

export interface RecoveryOptions {
  /** Whether nothing is to be changed on the disk. */
  readonly isPreview: boolean
  /** By default all is done in this thread. */
  readonly threading?: RecoveryThreading
  readonly onProgress?: (bytes: number, totalBytes: number) => void
}

export interface RecoveryPlace {
  readonly dir: OpenLogDir
  readonly folder: PartitionFolder
}

export interface FailedLoad {
  readonly partition: TopicPartition
  readonly path: string
  readonly error: unknown
}

/** @param files as many as all threads together may have open */
export async function recoverLogs(
  places: Iterable<RecoveryPlace>,
  files: OpenFiles,
  options: RecoveryOptions,
): Promise<readonly FailedLoad[]> {
  const jobs = [...places].map(place => jobAt(place, files.disk, options))
  const { threading } = options
  const count = Math.min(threading?.countMax ?? 1, jobs.length)
  const recovery = new Recovery(jobs)
  if (threading === undefined || count < 2 || recovery.sharedBytes < threading.bytesMin) {
    await recovery.runHere(files, options)
  } else {
    await recovery.runIn(threading.start(count), { count, files, ...options })
  }
  return recovery.failed
}

interface Job extends RecoveryPlace {
  readonly task: Omit<RecoverTask, 'openFilesMax'>
  /** To be read again, about. */
  readonly bytes: number
}

function jobAt(place: RecoveryPlace, disk: Disk, { isPreview }: RecoveryOptions): Job {
  const task = { ...place.dir.recoverTask(place.folder.parsed), isPreview }
  return { ...place, task, bytes: task.isClean ? 0 : bytesToRead(disk, task) }
}

/** Where that can't be found out, loading the log will tell. */
function bytesToRead(disk: Disk, { path, recoveryPoint }: Job['task']): number {
  try {
    const segments = disk.list(path).flatMap(({ name }) => {
      const parsed = parseSegmentFileName(name)
      const isLog = parsed?.kind === 'log' && parsed.state === 'live' && parsed.wellFormed
      return isLog ? [{ name, baseOffset: parsed.baseOffset }] : []
    })
    const read = segments.slice(Math.max(0, floorSegment(segments, recoveryPoint)))
    return read.reduce((sum, { name }) => sum + (disk.status(join(path, name))?.size ?? 0), 0)
  } catch (error) {
    if (error instanceof DiskError) return 0
    throw error
  }
}

/** Least of all files that a thread may have open. */
const OPEN_FILES_MIN = 8
const PROGRESS_MS = 100

class Recovery {
  readonly failed: FailedLoad[] = []
  readonly totalBytes: number
  /** All but those of the longest log, which one thread reads alone. */
  readonly sharedBytes: number
  readonly #jobs: readonly Job[]
  /** Without an outcome where the directory had failed before. */
  readonly #ended = new Map<Job, Ended | undefined>()
  #toldCount = 0

  constructor(jobs: readonly Job[]) {
    this.#jobs = jobs
    this.totalBytes = jobs.reduce((sum, { bytes }) => sum + bytes, 0)
    this.sharedBytes = this.totalBytes - jobs.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  }

  runHere({ disk, countMax }: OpenFiles, { onProgress }: RecoveryOptions): Promise<void> {
    const { totalBytes } = this
    let bytesRead = 0
    const environment: RecoverEnvironment = {
      disk,
      onProgress(bytes) {
        bytesRead += bytes
        onProgress?.(bytesRead, totalBytes)
      },
    }
    const run = (task: Job['task']) => recoverLog({ ...task, openFilesMax: countMax }, environment)
    return this.#work(this.#jobs, run)
  }

  async runIn(threads: RecoveryThreads, { count, files, onProgress }: ThreadedRun): Promise<void> {
    const waiting = this.#jobs.toSorted((a, b) => b.bytes - a.bytes).values()
    const openFilesMax = Math.max(OPEN_FILES_MIN, Math.floor(files.countMax / count))
    const run = (task: Job['task']) => threads.run({ ...task, openFilesMax })
    const tell = () => onProgress?.(threads.progressBytes, this.totalBytes)
    const timer = setInterval(tell, PROGRESS_MS)
    try {
      await Promise.all(Array.from({ length: count }, () => this.#work(waiting, run)))
    } finally {
      clearInterval(timer)
      await threads.close()
    }
  }

  /** @param waiting from which others may take as well */
  async #work(
    waiting: Iterable<Job>,
    run: (task: Job['task']) => Promise<RecoverOutcome>,
  ): Promise<void> {
    for (const job of waiting) {
      const { dir, task } = job
      const outcome = dir.failure === undefined ? await run(task) : undefined
      const error = outcome?.failure && errorOf(outcome.failure)
      if (error instanceof DiskError) dir.fail(error)
      this.#ended.set(job, outcome && { outcome, error })
      this.#tell()
    }
  }

  /** As far as all before it have ended. */
  #tell(): void {
    for (; this.#toldCount < this.#jobs.length; this.#toldCount++) {
      const job = this.#jobs[this.#toldCount]!
      if (!this.#ended.has(job)) return
      const ended = this.#ended.get(job)
      this.#ended.delete(job)
      if (ended !== undefined) this.#settle(job, ended)
    }
  }

  /** A directory fails once, however many threads meet that. */
  #settle({ dir, folder }: Job, { outcome, error }: Ended): void {
    dir.settle(folder.name, outcome)
    if (error === undefined || (error instanceof DiskError && error !== dir.failure)) return
    this.failed.push({ partition: folder.parsed, path: folder.path, error })
  }
}

interface ThreadedRun extends RecoveryOptions {
  readonly count: number
  readonly files: OpenFiles
}

interface Ended {
  readonly outcome: RecoverOutcome
  readonly error: FailureError | undefined
}
