/**
 * What is taken away from a log, kept: the batches of each segment in a file of its own, named by the offset that it
 * begins with, as `dump` and `consume` read it. All is durable before the log is touched.
 *
 * A broker overlooks a folder within a partition's, but does not start over a strange one in the root of a log.dir.
 */
import { basename, dirname, join, resolve } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
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
    return placeOf(disk, join(partitionPath, `kept-${action}-${from}-${to}`), parts)
  }
  refuseBackupInLogDir(disk, backup)
  return placeOf(disk, join(backup, basename(resolve(partitionPath))), parts)
}

/** Where it is, or a folder that is not there yet. */
function placeOf(disk: Disk, path: string, parts: readonly TrimmedPart[]): KeptCopy {
  for (let place = path, number = 2; ; place = `${path}.${number++}`) {
    const status = disk.status(place)
    if (status === undefined) return { path: place, isThere: false }
    if (status.kind === 'directory' && holdsAll(disk, place, parts)) {
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
  if (usable === undefined || usable >= BigInt(needed)) return
  throw noRoom(path, `${needed} bytes are to be kept there, ${usable} are free`)
}

/** @throws DiskError where there is no room for it, too: nothing is left of it then */
export function keepCopy(
  disk: Disk,
  { path, isThere }: KeptCopy,
  parts: readonly TrimmedPart[],
): void {
  const copies = copiesOf(disk, path, parts)
  try {
    if (isThere) for (const { to } of copies) syncFile(disk, to.path)
    else {
      makeDirectories(disk, path)
      for (const { from, to } of copies) copyFile(from, to)
    }
    disk.syncDirectory(path)
  } catch (error) {
    if (!(error instanceof DiskError) || error.errno !== 'ENOSPC') throw error
    discard(disk, path)
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
    if (disk.status(path) === undefined) return
    for (const { name } of disk.list(path)) disk.remove(join(path, name))
    disk.removeDirectory(path)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** It was written by somebody who may not have come to that. */
function syncFile(disk: Disk, path: string): void {
  const file = disk.openForWriting(path)
  try {
    file.sync()
  } finally {
    file.close()
  }
}
