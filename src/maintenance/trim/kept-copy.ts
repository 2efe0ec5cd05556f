/**
 * What is taken away from a log, kept: the batches of each segment in a file of its own, named by the offset that it
 * begins with, as `dump` and `consume` read it. The folder gets its name once everything in it is durable, and before the
 * log is touched: one that was interrupted is `NAME.partial`.
 *
 * A broker overlooks a folder within a partition's, but does not start over a strange one in the root of a log.dir.
 */
import { basename, dirname, join, resolve } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import { removeFolder } from '../../disk/remove-folder.ts'
import { segmentFileName } from '../../log/file-names.ts'
import { refuseBackupInLogDir } from '../backup-place.ts'
import { checksumOf, type CopiedBytes, copyFile } from '../copy-file.ts'
import type { TrimmedPart, TrimPlan } from './trim-plan.ts'

export interface KeptCopy {
  /** Of a folder. */
  readonly path: string
  /** Whether it holds all of it already: what was interrupted behind the copy goes on with that. */
  readonly isThere: boolean
}

/**
 * @param backup the user's choice; by default the partition's own folder is the place
 * @throws UsageError where a broker would not start over it
 */
export function keptCopyOf(
  disk: Disk,
  partitionPath: string,
  { action, parts, after, before }: TrimPlan,
  backup: string | undefined,
): KeptCopy | undefined {
  if (parts.length === 0) return undefined
  const [from, to] =
    action === 'truncate'
      ? [after.logEndOffset, before.logEndOffset]
      : [before.logStartOffset, after.logStartOffset]
  if (backup === undefined) {
    const path = join(partitionPath, `kept-${action}-${from}-${to}`)
    return placeOf(disk, path, parts, () => true)
  }
  refuseBackupInLogDir(disk, backup)
  // There another broker may be writing its own this moment: only in a log.dir does its lock tell.
  const isFree = (place: string) => disk.status(place + PARTIAL_SUFFIX) === undefined
  return placeOf(disk, join(backup, basename(resolve(partitionPath))), parts, isFree)
}

/** Where it is, or a folder that is not there yet. @param isFree whether what an interruption left there may go */
function placeOf(
  disk: Disk,
  path: string,
  parts: readonly TrimmedPart[],
  isFree: (place: string) => boolean,
): KeptCopy {
  for (let place = path, number = 2; ; place = `${path}.${number++}`) {
    const status = disk.status(place)
    if (status === undefined) {
      if (isFree(place)) return { path: place, isThere: false }
    } else if (status.kind === 'directory' && holdsAll(disk, place, parts)) {
      return { path: place, isThere: true }
    }
  }
}

function holdsAll(disk: Disk, path: string, parts: readonly TrimmedPart[]): boolean {
  const copies = copiesOf(disk, path, parts)
  if (disk.list(path).length !== copies.length) return false
  const sizeOf = ({ to }: Copy) => disk.status(to.path)?.size
  if (copies.some(copy => sizeOf(copy) !== copy.from.size)) return false
  return copies.every(({ from, to }) => checksumOf(from) === checksumOf({ ...to, size: from.size }))
}

/** @throws DiskError where it can't fit */
export function requireRoom(
  disk: Disk,
  { path, isThere }: KeptCopy,
  parts: readonly TrimmedPart[],
): void {
  if (isThere) return
  const needed = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  let existing = resolve(path)
  while (disk.status(existing) === undefined) existing = dirname(existing)
  const usable = disk.space(existing)?.usableBytes
  if (usable === undefined || usable + bytesIn(disk, path + PARTIAL_SUFFIX) >= BigInt(needed)) {
    return
  }
  throw noRoom(path, `${needed} bytes are to be kept there, ${usable} are free`)
}

/** What an interruption left there is taken away before. */
function bytesIn(disk: Disk, folder: string): bigint {
  if (disk.status(folder) === undefined) return 0n
  const sizes = disk.list(folder).map(({ name }) => disk.status(join(folder, name))?.allocated ?? 0)
  return BigInt(sizes.reduce((sum, size) => sum + size, 0))
}

/** @throws DiskError where there is no room for it, too: nothing is left of it then */
export function keepCopy(
  disk: Disk,
  { path, isThere }: KeptCopy,
  parts: readonly TrimmedPart[],
): void {
  const partial = path + PARTIAL_SUFFIX
  try {
    if (!isThere) {
      removeFolder(disk, partial)
      makeDirectories(disk, partial)
      for (const { from, to } of copiesOf(disk, partial, parts)) copyFile(from, to)
      disk.syncDirectory(partial)
      disk.rename(partial, path)
    }
    disk.syncDirectory(dirname(path))
  } catch (error) {
    if (!(error instanceof DiskError) || error.errno !== 'ENOSPC') throw error
    discard(disk, partial)
    throw noRoom(path, error.message)
  }
}

interface Copy {
  readonly from: CopiedBytes
  readonly to: { readonly disk: Disk; readonly path: string }
}

function copiesOf(disk: Disk, path: string, parts: readonly TrimmedPart[]): Copy[] {
  return parts
    .filter(({ bytes }) => bytes > 0)
    .map(({ segment, position, baseOffset, bytes: size }) => ({
      from: { disk, path: segment.logPath, position, size },
      to: { disk, path: join(path, segmentFileName('log', baseOffset)) },
    }))
}

/** Each durable in the one above. */
function makeDirectories(disk: Disk, path: string): void {
  const parent = dirname(resolve(path))
  if (disk.status(parent) === undefined) makeDirectories(disk, parent)
  disk.makeDirectory(path)
  disk.syncDirectory(parent)
}

function noRoom(path: string, reason: string): DiskError {
  const advice = '--backup DIR keeps it on another disk, --no-backup keeps none'
  return new DiskError(
    'keep a copy in',
    path,
    new Error(`${reason}; ${advice}; the log is as it was`),
  )
}

/** As far as it can be: what it takes up is wanted more than all else. */
function discard(disk: Disk, path: string): void {
  try {
    removeFolder(disk, path)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}
