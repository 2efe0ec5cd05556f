/**
 * A file replaced in one step: after a crash there is the old one or the new one, whole.
 *
 * Source: org.apache.kafka.server.common.CheckpointFile#write
 */
import { dirname } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { Disk } from './disk.ts'

/** What an interrupted replacement leaves behind; the next one clears it away. */
export const TEMPORARY_SUFFIX = '.tmp'

/** Durable when it returns; where the disk has no room, nothing is left of it. */
export function replaceFile(disk: Disk, path: string, bytes: Buffer): void {
  const temporary = path + TEMPORARY_SUFFIX
  if (disk.status(temporary) !== undefined) disk.remove(temporary)
  try {
    writeNewFile(disk, temporary, bytes)
  } catch (error) {
    if (error instanceof DiskError && error.errno === 'ENOSPC') removeLeft(disk, temporary)
    throw error
  }
  disk.rename(temporary, path)
  disk.syncDirectory(dirname(path))
}

/** As far as the disk lets that be. */
function removeLeft(disk: Disk, path: string): void {
  try {
    if (disk.status(path) !== undefined) disk.remove(path)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** Its bytes are durable when it returns, its name is not yet. */
export function writeNewFile(disk: Disk, path: string, bytes: Buffer): void {
  const file = disk.create(path)
  try {
    file.write(bytes, 0)
    file.sync()
  } finally {
    file.close()
  }
}
