/**
 * Puts all logs in order and closes them. Where much is to be read again, threads read it, segment by segment, and the
 * logs of all directories are waited for at once, the one with most to read first, so that none is left alone at the end.
 * What was done is told in the order of the directories all the same.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#loadLogs
 */
import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { OpenFiles } from '../disk/open-files.ts'
import { isLiveLog, parseSegmentFileName } from '../log/file-names.ts'
import { floorSegment } from '../log/segment.ts'
import type { SegmentToRead } from '../log/segment-facts.ts'
import type { PartitionFolder } from './log-dir.ts'
import type { OpenLogDir, TopicPartition } from './open-log-dir.ts'
import { recoverLog, type RecoverOutcome, type RecoverTask } from './recover-log.ts'
import { factsOf, type SegmentReading } from './segment-reading.ts'

export interface RecoveryThreads {
  run(segment: SegmentToRead): Promise<SegmentReading>
  /** By all of them, so far. */
  readonly progressBytes: number
  close(): Promise<void>
}

export interface RecoveryThreading {
  readonly countMax: number
  /** With less to read again, besides the longest segment, they aren't worth their start. */
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
  const jobs = [...places].map(place => jobAt(place, files.disk))
  const { threading } = options
  const recovery = new Recovery(jobs, files, options)
  const isShared = threading !== undefined && recovery.sharedBytes >= threading.bytesMin
  const count = Math.min(threading?.countMax ?? 1, recovery.segmentCount)
  if (isShared && count > 1) await recovery.runWith(threading.start(count), count)
  else await recovery.runHere()
  return recovery.failed
}

interface Job extends RecoveryPlace {
  readonly task: RecoverTask
  /** Of the segments that are to be read again, about. */
  readonly sizes: readonly number[]
  readonly bytes: number
}

function jobAt(place: RecoveryPlace, disk: Disk): Job {
  const task = place.dir.recoverTask(place.folder.parsed)
  const sizes = task.isClean ? [] : sizesToRead(disk, task)
  return { ...place, task, sizes, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Where that can't be found out, loading the log will tell. */
function sizesToRead(disk: Disk, { path, recoveryPoint }: RecoverTask): number[] {
  try {
    const segments = disk.list(path).flatMap(({ name }) => {
      return isLiveLog(name) ? [{ name, baseOffset: parseSegmentFileName(name)!.baseOffset }] : []
    })
    const read = segments.slice(Math.max(0, floorSegment(segments, recoveryPoint)))
    return read.map(({ name }) => disk.status(join(path, name))?.size ?? 0)
  } catch (error) {
    if (error instanceof DiskError) return []
    throw error
  }
}

/** Least of all files that a thread may have open. */
const OPEN_FILES_MIN = 8
const PROGRESS_MS = 100

class Recovery {
  readonly failed: FailedLoad[] = []
  readonly totalBytes: number
  readonly segmentCount: number
  /** All but those of the longest segment, which one thread reads alone. */
  readonly sharedBytes: number
  readonly #jobs: readonly Job[]
  readonly #files: OpenFiles
  readonly #options: RecoveryOptions
  /** Without an outcome where the directory had failed before. */
  readonly #ended = new Map<Job, RecoverOutcome | undefined>()
  #toldCount = 0
  #bytesReadHere = 0

  constructor(jobs: readonly Job[], files: OpenFiles, options: RecoveryOptions) {
    this.#jobs = jobs
    this.#files = files
    this.#options = options
    this.totalBytes = jobs.reduce((sum, { bytes }) => sum + bytes, 0)
    const sizes = jobs.flatMap(job => job.sizes)
    this.segmentCount = sizes.length
    this.sharedBytes = this.totalBytes - sizes.reduce((a, b) => Math.max(a, b), 0)
  }

  async runHere(): Promise<void> {
    const { disk, countMax: openFilesMax } = this.#files
    const { isPreview, onProgress: tell } = this.#options
    const onProgress = (bytes: number) => {
      this.#bytesReadHere += bytes
      tell?.(this.#bytesReadHere, this.totalBytes)
    }
    await this.#work(this.#jobs, task => {
      return recoverLog(task, { disk, openFilesMax, isPreview, onProgress })
    })
  }

  async runWith(threads: RecoveryThreads, count: number): Promise<void> {
    const { disk, countMax } = this.#files
    const { isPreview, onProgress: tell } = this.#options
    const environment = {
      disk,
      openFilesMax: Math.max(OPEN_FILES_MIN, Math.floor(countMax / count)),
      isPreview,
      readers: {
        read: async (segment: SegmentToRead) => factsOf(await threads.run(segment)),
        aheadMax: count,
      },
      onProgress: (bytes: number) => (this.#bytesReadHere += bytes),
    }
    const bytesRead = () => threads.progressBytes + this.#bytesReadHere
    const timer = setInterval(() => tell?.(bytesRead(), this.totalBytes), PROGRESS_MS)
    const waiting = this.#jobs.toSorted((a, b) => b.bytes - a.bytes).values()
    const work = () => this.#work(waiting, task => recoverLog(task, environment))
    try {
      await Promise.all(Array.from({ length: count }, work))
    } finally {
      clearInterval(timer)
      await threads.close()
    }
  }

  /** @param waiting from which others may take as well */
  async #work(
    waiting: Iterable<Job>,
    run: (task: RecoverTask) => Promise<RecoverOutcome>,
  ): Promise<void> {
    for (const job of waiting) {
      const { dir, task } = job
      const outcome = dir.failure === undefined ? await run(task) : undefined
      if (outcome?.failure instanceof DiskError) dir.fail(outcome.failure)
      this.#ended.set(job, outcome)
      this.#tell()
    }
  }

  /** As far as all before it have ended. */
  #tell(): void {
    for (; this.#toldCount < this.#jobs.length; this.#toldCount++) {
      const job = this.#jobs[this.#toldCount]!
      if (!this.#ended.has(job)) return
      const outcome = this.#ended.get(job)
      this.#ended.delete(job)
      if (outcome !== undefined) this.#settle(job, outcome)
    }
  }

  /** A directory fails once, however many logs meet that. */
  #settle({ dir, folder }: Job, outcome: RecoverOutcome): void {
    dir.settle(folder.name, outcome)
    const { failure: error } = outcome
    if (error === undefined || (error instanceof DiskError && error !== dir.failure)) return
    this.failed.push({ partition: folder.parsed, path: folder.path, error })
  }
}
