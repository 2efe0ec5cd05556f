/**
 * What is taken away from a log, kept: the batches of each segment in a file of its own, named by the offset that it
 * begins with, as `dump` and `consume` read it. All is durable before the log is touched.
 *
 * A broker overlooks a folder within a partition's, but does not start over a strange one in the root of a log.dir.
 */
import { basename, dirname, join, resolve } from 'node:path'
import { DiskError, UsageError } from '../../base/errors.ts'
import { MEBIBYTE } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { segmentFileName } from '../../log/file-names.ts'
import { META_PROPERTIES } from '../../log/file-names.ts'
import type { TrimmedPart, TrimPlan } from './trim-plan.ts'

/** At once in memory. */
const COPY_BYTES = MEBIBYTE

/**
 * A folder that is not there yet.
 *
 * @param backup the user's choice; by default the partition's own folder is the place
 * @throws UsageError where a broker would not start over it
 */
export function keptCopyPath(
  disk: Disk,
  partitionPath: string,
  { action, parts, after, before }: TrimPlan,
  backup: string | undefined,
): string | undefined {
  if (parts.length === 0) return undefined
  const [from, to] =
    action === 'truncate'
      ? [after.logEndOffset, before.logEndOffset]
      : [before.logStartOffset, after.logStartOffset]
  if (backup === undefined) return unused(disk, join(partitionPath, `kept-${action}-${from}-${to}`))
  for (const path of [backup, dirname(resolve(backup))]) {
    if (disk.status(join(path, META_PROPERTIES)) === undefined) continue
    throw new UsageError(`--backup ${backup}: a broker does not start over it in its log.dir`)
  }
  return unused(disk, join(backup, basename(resolve(partitionPath))))
}

function unused(disk: Disk, path: string): string {
  let free = path
  for (let number = 2; disk.status(free) !== undefined; number++) free = `${path}.${number}`
  return free
}

/**
 * @throws DiskError where there is no room for it, too: nothing was copied then
 */
export function keepCopy(disk: Disk, path: string, parts: readonly TrimmedPart[]): void {
  const needed = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  makeDirectories(disk, path, needed)
  for (const part of parts) {
    if (part.bytes > 0) copyPart(disk, join(path, segmentFileName('log', part.baseOffset)), part)
  }
  disk.syncDirectory(path)
}

/** Each durable in the one above. */
function makeDirectories(disk: Disk, path: string, bytesNeeded: number): void {
  const parent = dirname(resolve(path))
  if (disk.status(parent) === undefined) makeDirectories(disk, parent, bytesNeeded)
  const usable = disk.space(parent)?.usableBytes
  if (usable !== undefined && usable < BigInt(bytesNeeded)) {
    const reason = `${bytesNeeded} bytes are to be kept there, ${usable} are free`
    throw new DiskError('write', path, Object.assign(new Error(reason), { code: 'ENOSPC' }))
  }
  disk.makeDirectory(path)
  disk.syncDirectory(parent)
}

function copyPart(disk: Disk, path: string, { segment, position }: TrimmedPart): void {
  const copy = disk.create(path)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, segment.size - position))
    for (let at = position; at < segment.size;) {
      const count = segment.log.read(buffer.subarray(0, segment.size - at), at)
      copy.write(buffer.subarray(0, count), at - position)
      at += count
    }
    copy.sync()
  } finally {
    copy.close()
  }
}
