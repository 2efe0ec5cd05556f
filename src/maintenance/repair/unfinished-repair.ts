/**
 * Repairs of a partition that were interrupted, by the notes they left in their backups. The log itself tells what is
 * damaged yet; that what is derived of it was not brought up to date, only the note.
 */
import { dirname, join, resolve } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { asInt64, parseJsonObject } from '../../log-dirs/exact-json.ts'
import { type BackupPlace, REPAIR_NOTE } from './backup.ts'

export interface UnfinishedRepair {
  /** Of the first segment that was to be changed. */
  readonly changedFrom: bigint
  readonly notes: readonly string[]
  /** Of the latest: what is put in it as well makes it whole. */
  readonly backup: string
}

/** @param partitionPath of the partition's folder: a place for backups may have those of other brokers */
export function unfinishedRepair(
  disk: Disk,
  { parent, prefix }: BackupPlace,
  partitionPath: string,
): UnfinishedRepair | undefined {
  if (disk.status(parent) === undefined) return undefined
  const unfinished = disk.list(parent).flatMap(({ name, kind }) => {
    const path = join(parent, name, REPAIR_NOTE)
    if (kind !== 'directory' || !name.startsWith(prefix)) return []
    if (disk.status(path) === undefined) return []
    const note = parseJsonObject(disk.readWhole(path).toString())
    const changedFrom = asInt64(note?.['changedFrom'])
    if (note?.['finished'] !== false || changedFrom === undefined) return []
    const isOurs = parent === partitionPath || note['path'] === resolve(partitionPath)
    return isOurs ? [{ path, changedFrom }] : []
  })
  const [first] = unfinished.map(({ changedFrom }) => changedFrom).sort((a, b) => (a < b ? -1 : 1))
  if (first === undefined) return undefined
  const notes = unfinished.map(({ path }) => path)
  return { changedFrom: first, notes, backup: dirname(notes.at(-1)!) }
}

export function markFinished(disk: Disk, { notes }: UnfinishedRepair): void {
  for (const path of notes) {
    const text = disk.readWhole(path).toString().replace('"finished": false', '"finished": true')
    replaceFile(disk, path, Buffer.from(text))
  }
}
