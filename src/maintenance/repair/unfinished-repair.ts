/**
 * Repairs of a partition that were interrupted, by the notes they left in their backups. The log itself tells what is
 * damaged yet; that what is derived of it was not brought up to date, only the note.
 */
import { dirname, join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { REPAIR_NOTE } from './backup.ts'

export interface UnfinishedRepair {
  /** Of the first segment that was to be changed. */
  readonly changedFrom: bigint
  readonly notes: readonly string[]
}

/** @param prefix of the names of backups in `parent` */
export function unfinishedRepair(
  disk: Disk,
  parent: string,
  prefix: string,
): UnfinishedRepair | undefined {
  if (disk.status(parent) === undefined) return undefined
  const unfinished = disk.list(parent).flatMap(({ name, kind }) => {
    const path = join(parent, name, REPAIR_NOTE)
    if (kind !== 'directory' || !name.startsWith(prefix)) return []
    if (disk.status(path) === undefined) return []
    const [, digits] = UNFINISHED.exec(disk.readWhole(path).toString()) ?? []
    return digits === undefined ? [] : [{ path, changedFrom: BigInt(digits) }]
  })
  const [first] = unfinished.map(({ changedFrom }) => changedFrom).sort((a, b) => (a < b ? -1 : 1))
  return first === undefined
    ? undefined
    : { changedFrom: first, notes: unfinished.map(({ path }) => path) }
}

export function markFinished(disk: Disk, { notes }: UnfinishedRepair): void {
  for (const path of notes) {
    const text = disk.readWhole(path).toString().replace('"finished": false', '"finished": true')
    replaceFile(disk, path, Buffer.from(text))
    disk.syncDirectory(dirname(path))
  }
}

const UNFINISHED = /"finished": false,\s*"changedFrom": (\d+)/
