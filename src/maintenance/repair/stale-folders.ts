/**
 * Folders in log.dirs that no partition is served from any more. They take room, and can be moved to a backup:
 *
 * | name      | the folder                                                                              |
 * |-----------|-----------------------------------------------------------------------------------------|
 * | `-delete` | of a partition that was deleted: the next start would remove it                          |
 * | `-stray`  | of a partition that the cluster did not know: brokers keep it aside                      |
 * | `-future` | of a partition that was to be moved here, where none of the log.dirs has it              |
 *
 * With a move, `-future`, whose log is in another log.dir a start goes on. Where it lies beside the one that it would take
 * the place of, it is a twin.
 */
import { basename, join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { checkpointKey, type LogDir } from '../../log-dirs/log-dir.ts'
import { Backup, backupName } from './backup.ts'

export interface StaleFolder {
  readonly path: string
  readonly state: 'deleted' | 'stray' | 'future'
  /** Of all its files. */
  readonly bytes: number
}

export function staleFolders(disk: Disk, logDirs: readonly LogDir[]): StaleFolder[] {
  const folders = logDirs.flatMap(({ partitions }) => partitions)
  const live = new Set(
    folders.flatMap(({ parsed }) => (parsed.state === 'live' ? [checkpointKey(parsed)] : [])),
  )
  return folders.flatMap(({ path, parsed }) => {
    const { state } = parsed
    const goesOn = state === 'future' && live.has(checkpointKey(parsed))
    return state === 'live' || goesOn ? [] : [{ path, state, bytes: bytesIn(disk, path) }]
  })
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
