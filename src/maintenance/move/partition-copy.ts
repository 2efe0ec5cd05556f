/**
 * A partition's folder copied into another log.dir, whole and checked before a broker counts it.
 *
 * | the folder there              | holds                              | a broker that starts over it           |
 * |-------------------------------|------------------------------------|----------------------------------------|
 * | `<partition>.<id>-delete`     | files named so that they are none  | deletes it                             |
 * | the same                      | some or all by their names         | deletes it                             |
 * | `<partition>.<id>-future`     | all                                | goes on with the move, as with its own |
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#loadLog, ReplicaManager#maybeAddLogDirFetchers
 */
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { CorruptDataError, RefusedError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { deletedFolderName, partitionFolderName } from '../../log/file-names.ts'
import { checksumOf, copyFile, type CopyOptions } from '../copy-file.ts'

export interface CopyPlace {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  /** The log.dir, and its id. */
  readonly to: string
  readonly directoryId: string
}

/** The same each time the same is moved there: what an interrupted move has left is known by it. */
export function moveIdOf({ topicId, partition, directoryId }: Omit<CopyPlace, 'to'>): string {
  const text = `kbroker move ${topicId} ${partition} ${directoryId}`
  return createHash('sha256').update(text).digest('hex').slice(0, FOLDER_ID_DIGITS)
}

const FOLDER_ID_DIGITS = 32
const NAME_LENGTH_MAX = 255

/** @throws RefusedError where the topic's name leaves no room for it */
export function futurePath(place: CopyPlace): string {
  const { topic, partition, to } = place
  const uniqueId = moveIdOf(place)
  const name = partitionFolderName({ topic, partition, state: 'future', uniqueId })
  if (name.length > NAME_LENGTH_MAX) {
    const why = `${topic}-${partition} can't be moved: its name is too long for that of a copy`
    throw new RefusedError('KAFKA_STORAGE_ERROR', why)
  }
  return join(to, name)
}

/** All files below a folder, and the folders in it: relative to it, a folder before what it holds. */
export interface FolderTree {
  readonly folders: readonly string[]
  readonly files: readonly TreeFile[]
}

export interface TreeFile {
  readonly path: string
  readonly size: number
  /** Bytes that its copy takes at most: holes take none. */
  readonly bytes: number
  readonly mtimeMs: number
}

/** @throws DiskError where something in it is no file */
export function folderTree(disk: Disk, root: string, below = ''): FolderTree {
  const folders: string[] = []
  const files: TreeFile[] = []
  for (const { name, kind } of disk.list(join(root, below))) {
    const path = join(below, name)
    if (kind === 'directory') {
      const inner = folderTree(disk, root, path)
      folders.push(path, ...inner.folders)
      files.push(...inner.files)
    } else {
      const { size, allocated, mtimeMs } = disk.status(join(root, path)) ?? NO_FILE
      files.push({ path, size, bytes: Math.min(size, allocated), mtimeMs })
    }
  }
  return { folders, files }
}

/** Of a file that has gone meanwhile. */
const NO_FILE = { size: 0, allocated: 0, mtimeMs: 0 }

export interface PartitionCopyOptions extends CopyOptions {
  /** Takes a file that is durable out of the page cache: what is read again is to come from the disk. */
  readonly letGo: (path: string, size: number) => void
  /** Called once the copy is whole. */
  readonly beforeItCounts: () => void
}

/**
 * Durable when it returns. A copy that is there already, and is the same, is left as it is; any other is made anew.
 *
 * @throws DiskError
 * @throws CorruptDataError where what was written reads otherwise than what was copied
 */
export function copyPartition(
  disk: Disk,
  source: string,
  place: CopyPlace,
  options: PartitionCopyOptions,
): void {
  const future = futurePath(place)
  const staging = join(place.to, deletedFolderName(place, moveIdOf(place)))
  const tree = folderTree(disk, source)
  if (disk.status(future) !== undefined) {
    if (isSame(disk, source, future, tree)) return
    removeTree(disk, staging)
    disk.rename(future, staging)
    disk.syncDirectory(place.to)
  }
  removeTree(disk, staging)
  disk.makeDirectory(staging)
  disk.syncDirectory(place.to)
  for (const folder of tree.folders) disk.makeDirectory(join(staging, folder))
  for (const file of tree.files) copyChecked(disk, source, staging, file, options)
  for (const { path } of tree.files) {
    disk.rename(join(staging, path + UNFINISHED_SUFFIX), join(staging, path))
  }
  for (const folder of [...tree.folders, '']) disk.syncDirectory(join(staging, folder))
  options.beforeItCounts()
  disk.rename(staging, future)
  disk.syncDirectory(place.to)
}

/** Names of brokers' files don't end so. */
const UNFINISHED_SUFFIX = '.moving'

/** The age of a file may be that of its records. */
function copyChecked(
  disk: Disk,
  source: string,
  staging: string,
  { path, size, mtimeMs }: TreeFile,
  options: PartitionCopyOptions,
): void {
  const to = join(staging, path + UNFINISHED_SUFFIX)
  const checksum = copyFile({ disk, path: join(source, path), size }, { disk, path: to }, options)
  options.letGo(to, size)
  const found = checksumOf({ disk, path: to, size }, options)
  if (found !== checksum) {
    throw new CorruptDataError({
      file: to,
      position: 0,
      reason: `it reads otherwise than ${join(source, path)}, of which it is a copy`,
      found: `SHA-256 ${found}`,
      expected: checksum,
    })
  }
  const file = disk.openForWriting(to)
  try {
    file.setModified(mtimeMs)
    file.sync()
  } finally {
    file.close()
  }
}

function isSame(disk: Disk, source: string, copy: string, tree: FolderTree): boolean {
  const other = folderTree(disk, copy)
  const names = ({ files }: FolderTree) => files.map(({ path, size }) => `${path} ${size}`).join()
  if (names(tree) !== names(other)) return false
  return tree.files.every(
    ({ path, size }) =>
      checksumOf({ disk, path: join(source, path), size }) ===
      checksumOf({ disk, path: join(copy, path), size }),
  )
}

/** Whether it is there or not. */
function removeTree(disk: Disk, root: string): void {
  if (disk.status(root) === undefined) return
  const { folders, files } = folderTree(disk, root)
  for (const { path } of files) disk.remove(join(root, path))
  for (const folder of folders.toReversed()) disk.removeDirectory(join(root, folder))
  disk.removeDirectory(root)
  disk.syncDirectory(dirname(root))
}
