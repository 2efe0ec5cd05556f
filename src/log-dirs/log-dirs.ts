/**
 * All log.dirs of a broker, open for writing: which partition lies where, and where a new one goes.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager
 */
import { assert, type DiskError, RefusedError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { FileRegion, HeldRegion } from '../disk/file-region.ts'
import { openFilesLimit } from '../disk/open-files-limit.ts'
import { OpenFiles } from '../disk/open-files.ts'
import type { PartitionFolderName } from '../log/file-names.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { type HeldLogDirs, holdLogDirs } from './held-log-dirs.ts'
import { checkpointKey, type PartitionFolder } from './log-dir.ts'
import {
  type CloseOptions,
  OpenLogDir,
  type OpenLogDirOptions,
  type TopicPartition,
} from './open-log-dir.ts'
import { type FailedLoad, type RecoveryOptions, recoverLogs } from './recovery.ts'

export interface LogDirsOptions extends OpenLogDirOptions {
  readonly disk: Disk
  /** False where the disk keeps what is written to itself: nobody has to be kept out. */
  readonly takesLocks?: boolean
  /** Files that may be open at once. */
  readonly openFilesMax?: number
}

const OPEN_FILES_MAX = 512

/** Leaves as much, below the limit of the process, for what else it has open: threads, pipes, the user's files. */
function openFilesMaxHere(): number {
  const limit = openFilesLimit() ?? Infinity
  return Math.min(OPEN_FILES_MAX, Math.max(OPEN_FILES_MIN, Math.floor(limit / 2)))
}

/** With fewer a log can't be written to. */
const OPEN_FILES_MIN = 8

export class LogDirs {
  readonly dirs: readonly OpenLogDir[]
  readonly #held: HeldLogDirs
  readonly #files: OpenFiles
  #wasAllLoaded = false

  private constructor(dirs: readonly OpenLogDir[], held: HeldLogDirs, files: OpenFiles) {
    this.dirs = dirs
    this.#held = held
    this.#files = files
  }

  /**
   * Takes the directories, which are there; opens no log yet.
   *
   * @throws DiskError where one can't be read, or another process has it
   * @throws RefusedError where they are not those of one broker
   */
  static open(paths: readonly string[], options: LogDirsOptions): LogDirs {
    const { disk, takesLocks = true, openFilesMax = openFilesMaxHere() } = options
    const held = holdLogDirs(paths, { takesLocks })
    try {
      const files = new OpenFiles(disk, openFilesMax)
      const dirs = paths.map(path => new OpenLogDir(path, files, options))
      refuseStrangers(dirs)
      beginAll(dirs)
      return new LogDirs(dirs, held, files)
    } catch (error) {
      held.release()
      throw error
    }
  }

  /** Why a directory is offline, where one is. */
  get failure(): DiskError | undefined {
    return this.dirs.find(({ failure }) => failure !== undefined)?.failure
  }

  /** Of a partition that was opened or created. */
  log(partition: TopicPartition): PartitionLog | undefined {
    for (const dir of this.dirs) {
      const log = dir.log(partition)
      if (log !== undefined) return log
    }
    return undefined
  }

  /** The folders of partitions in all directories, by directory, but for those that wait for their deletion. */
  *folders(): Generator<{ readonly dir: OpenLogDir; readonly folder: PartitionFolder }> {
    for (const dir of this.dirs) {
      for (const folder of dir.folders) {
        if (folder.parsed.state !== 'deleted') yield { dir, folder }
      }
    }
  }

  /**
   * Opens every log; what can't be opened is told, and the rest go on.
   *
   * @param isWanted by default all
   */
  openAll(isWanted?: (partition: PartitionFolderName) => boolean): FailedLoad[] {
    const failed: FailedLoad[] = []
    for (const { dir, folder } of this.folders()) {
      const { parsed: partition, path } = folder
      const isChosen = isWanted?.(partition) ?? true
      if (!isChosen || dir.failure !== undefined) continue
      try {
        dir.open(partition)
      } catch (error) {
        failed.push({ partition, path, error })
      }
    }
    if (isWanted === undefined) this.#wasAllLoaded = true
    for (const dir of this.dirs) dir.ready()
    return failed
  }

  /**
   * Puts every log in order and closes it, before any is opened; what can't be is told, and the rest go on. Those that are
   * opened then are not read again.
   */
  async recoverAll(options: RecoveryOptions): Promise<readonly FailedLoad[]> {
    const isOpen = this.dirs.some(({ loadedCount }) => loadedCount > 0)
    assert(!isOpen, 'logs are put in order before they are opened')
    const failed = await recoverLogs(this.folders(), this.#files, options)
    this.#wasAllLoaded = true
    return failed
  }

  /**
   * A log in a folder of its own.
   *
   * @param directoryId of the directory the cluster has assigned it to; where that is none, or was lost, the one with
   *   the fewest partitions of those that are online: that none of the node's directories is missing was seen to before
   */
  create(partition: TopicPartition, topicId: string, directoryId?: string): PartitionLog {
    const assigned = this.dirs.find(({ before }) => {
      return directoryId !== undefined && before.meta?.directoryId === directoryId
    })
    if (assigned !== undefined) return assigned.create(partition, topicId)
    const online = this.dirs.filter(({ failure }) => failure === undefined)
    const [dir] = online.sort((a, b) => a.partitionCount - b.partitionCount)
    if (dir === undefined) throw this.dirs[0]!.failure!
    return dir.create(partition, topicId)
  }

  /** Keeps a region of a segment readable until it is released. @throws DiskError */
  hold(region: FileRegion): HeldRegion {
    return this.#files.hold(region)
  }

  /**
   * Gives up a log that is open; see `OpenLogDir.giveUp`.
   *
   * @throws DiskError
   */
  giveUp(partition: TopicPartition, uniqueId: string): void {
    this.dirs.find(dir => dir.log(partition) !== undefined)?.giveUp(partition, uniqueId)
  }

  /**
   * An orderly end: logs closed, marks written, locks released. A directory that is offline is left as it is.
   *
   * @throws DiskError the first failure, once all the others are closed
   */
  async close({ brokerEpoch }: Pick<CloseOptions, 'brokerEpoch'> = {}): Promise<void> {
    const options = { wasAllLoaded: this.#wasAllLoaded, brokerEpoch }
    const closing = this.dirs.map(dir => dir.close(options))
    const outcomes = await Promise.allSettled(closing)
    this.#files.closeAll()
    this.#held.release()
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }
}

/** All of them, or none. */
function beginAll(dirs: readonly OpenLogDir[]): void {
  const begun: OpenLogDir[] = []
  try {
    for (const dir of dirs) {
      dir.begin()
      begun.push(dir)
    }
  } catch (error) {
    for (const dir of begun) if (dir.isClean) dir.markClean()
    throw error
  }
}

/** Directories of different brokers, or the same partition in two of them. */
function refuseStrangers(dirs: readonly OpenLogDir[]): void {
  const [first] = dirs
  for (const { path, before } of dirs) {
    const same = (field: 'clusterId' | 'nodeId') => {
      const ours = before.meta?.[field]
      const theirs = first!.before.meta?.[field]
      if (ours === theirs) return
      const found = `${path} has ${field} ${ours ?? 'none'}`
      throw refused(`${found}, ${first!.path} has ${theirs ?? 'none'}: not of one broker`)
    }
    same('clusterId')
    same('nodeId')
  }
  const placed = new Map<string, string>()
  for (const { path, before } of dirs) {
    for (const { parsed, name } of before.partitions) {
      if (parsed.state !== 'live') continue
      const key = checkpointKey(parsed)
      const other = placed.get(key)
      if (other !== undefined) {
        throw refused(`${name} lies in ${other} and in ${path}: a broker would not start`)
      }
      placed.set(key, path)
    }
  }
}

function refused(why: string): RefusedError {
  return new RefusedError('KAFKA_STORAGE_ERROR', why)
}
