/**
 * Folders in log.dirs that no partition is served from any more. They take room, and can be moved to a backup:
 *
 * | name      | the folder                                                                              |
 * |-----------|-----------------------------------------------------------------------------------------|
 * | `-delete` | of a partition that was deleted: the next start would remove it                          |
 * | `-stray`  | of a partition that the cluster did not know: brokers keep it aside                      |
 *
 * One that is being moved, `-future`, is not among them: a start goes on with it. Where it lies beside the one that it would
 * take the place of, it is a twin.
 */
import { basename, join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'
import { Backup, backupName } from './backup.ts'

export interface StaleFolder {
  readonly path: string
  readonly state: 'deleted' | 'stray'
  /** Of all its files. */
  readonly bytes: number
}

export function staleFolders(disk: Disk, logDirs: readonly LogDir[]): StaleFolder[] {
  return logDirs.flatMap(({ partitions }) =>
    partitions.flatMap(({ path, parsed: { state } }) => {
      return state === 'deleted' || state === 'stray'
        ? [{ path, state, bytes: bytesIn(disk, path) }]
        : []
    }),
  )
}

/** @returns the backup that it is in */
export function moveStale(
  disk: Disk,
  { path }: StaleFolder,
  {
    parent,
    prefix,
    nowMs,
  }: { readonly parent: string; readonly prefix: string; readonly nowMs: number },
): string {
  const name = backupName(disk, { parent, prefix: `${basename(path)}.${prefix}` }, nowMs)
  const backup = new Backup(disk, join(parent, name))
  try {
    backup.moveFolder(path)
  } catch (error) {
    backup.discardUnused()
    throw error
  }
  return backup.path
}

function bytesIn(disk: Disk, path: string): number {
  return disk
    .list(path)
    .reduce((sum, { name }) => sum + (disk.status(join(path, name))?.size ?? 0), 0)
}
