/** Reindexes partitions of some log.dirs, several at once; what comes of each is told in their order. */
import { DiskError } from '../../base/errors.ts'
import { MEBIBYTE } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { TaskThreads } from '../../inspect/parallel/task-threads.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { logSizes } from '../../log/log-sizes.ts'
import type { SegmentToRead } from '../../log/segment-facts.ts'
import { inOrder } from '../../log-dirs/bounded-work.ts'
import { checkpointKey, type LogDirCheckpoints } from '../../log-dirs/log-dir.ts'
import type { SegmentReaders } from '../../log-dirs/recover-log.ts'
import { factsOf, readSegment } from '../../log-dirs/segment-reading.ts'
import { readFrom } from './read-from.ts'
import {
  type ReindexEnvironment,
  reindexLog,
  type ReindexedLog,
  type ReindexTask,
} from './reindex-log.ts'

export interface ReindexPlace {
  /** Of the partition's folder. */
  readonly path: string
  readonly topic: string
  readonly partition: number
  /** Of its log.dir. */
  readonly checkpoints: LogDirCheckpoints
  /** Whether its log.dir was shut down cleanly. */
  readonly isClean: boolean
  /** Names of the files that something is wrong with; undefined where all are to be as built. */
  readonly wrong?: ReadonlySet<string> | undefined
}

export interface ReindexOptions {
  readonly isPreview: boolean
  readonly keepsOld: boolean
  readonly configOf: (topic: string) => LogConfig
  readonly nowMs: number
  readonly producerExpirationMs: number
  /** Threads at most; as many as asked for, where they were, however little there is to read. */
  readonly threads: { readonly countMax: number; readonly wereAskedFor: boolean }
  readonly onProgress?: (bytes: number, totalBytes: number) => void
}

export interface Reindexed extends ReindexedLog {
  readonly place: ReindexPlace
}

/** What one thread reads while others would still be starting. */
const THREADED_BYTES_MIN = 64 * MEBIBYTE
const OPEN_FILES_MAX = 64
const PLACED_SEGMENTS = 32
const PROGRESS_MS = 100

/** @param disk that is written to, but for a preview */
export async function* reindex(
  places: readonly ReindexPlace[],
  disk: Disk,
  options: ReindexOptions,
): AsyncGenerator<Reindexed> {
  const { isPreview, keepsOld, threads, onProgress } = options
  const jobs = places.map(place => ({ place, task: taskOf(place, disk, options) }))
  const totalBytes = jobs
    .flatMap(({ task: { path, from } }) => logSizes(path, disk, from))
    .reduce((sum, size) => sum + size, 0)
  const isShared = threads.wereAskedFor || totalBytes >= THREADED_BYTES_MIN
  const count = isShared ? threads.countMax : 1
  const readers = count > 1 ? threadReaders(count) : readersHere(disk)
  const tell = () => onProgress?.(readers.bytesRead(), totalBytes)
  const timer = setInterval(tell, PROGRESS_MS)
  try {
    const environment: ReindexEnvironment = {
      disk,
      openFilesMax: OPEN_FILES_MAX,
      isPreview,
      keepsOld,
      placedSegments: PLACED_SEGMENTS,
      readers,
    }
    yield* inOrder(jobs, count, async ({ place, task }) => {
      const log = await reindexLog(task, environment)
      tell()
      return { place, ...log }
    })
  } finally {
    clearInterval(timer)
    await readers.close()
  }
}

function taskOf(place: ReindexPlace, disk: Disk, options: ReindexOptions): ReindexTask {
  const { path, topic, partition, isClean, checkpoints, wrong } = place
  const { configOf, nowMs, producerExpirationMs } = options
  const key = checkpointKey(place)
  const logStartOffset = checkpoints.logStart.get(key) ?? 0n
  return {
    path,
    topic,
    partition,
    isClean,
    wrong,
    from:
      wrong === undefined ? 0n : readFrom({ names: namesIn(path, disk), wrong, logStartOffset }),
    config: configOf(topic),
    logStartOffset,
    highWatermark: checkpoints.highWatermark.get(key) ?? 0n,
    nowMs,
    producerExpirationMs,
  }
}

/** None where the folder can't be listed: reading the log will tell why. */
function namesIn(path: string, disk: Disk): string[] {
  try {
    return disk.list(path).map(({ name }) => name)
  } catch (error) {
    if (error instanceof DiskError) return []
    throw error
  }
}

interface Readers extends SegmentReaders {
  bytesRead(): number
  close(): Promise<void>
}

/** Both leave the page cache as they find it. */
function threadReaders(count: number): Readers {
  const threads = new TaskThreads('read-segment', count)
  return {
    read: async (segment: SegmentToRead) => factsOf(await threads.run(segment)),
    aheadMax: count,
    bytesRead: () => threads.progressBytes,
    close: () => threads.close(),
  }
}

function readersHere(disk: Disk): Readers {
  let bytes = 0
  const environment = {
    disk: considerate(disk),
    onProgress: (count: number) => void (bytes += count),
  }
  return {
    read: segment => new Promise(resolve => resolve(factsOf(readSegment(segment, environment)))),
    aheadMax: 0,
    bytesRead: () => bytes,
    close: () => Promise.resolve(),
  }
}
