/**
 * A truncation that was done already, by the copy it has kept: the log ends before the offset then, where that lay within a
 * batch, and to do it again is nothing to refuse.
 */
import { basename, join, resolve } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { parseSegmentFileName } from '../../log/file-names.ts'
import { BATCH_OVERHEAD } from '../../record/batch-v2.ts'

/** Of the folder that begins with the batch in which the offset lay. @param backup as the user named it */
export function copyOfEarlier(
  disk: Disk,
  partitionPath: string,
  offset: bigint,
  backup: string | false | undefined,
): string | undefined {
  const kept = foldersIn(disk, partitionPath, name => name.startsWith('kept-truncate-'))
  const folder = basename(resolve(partitionPath))
  const isOf = (name: string) =>
    name.startsWith(folder) && /^(\.\d+)?$/.test(name.slice(folder.length))
  const elsewhere = typeof backup === 'string' ? foldersIn(disk, backup, isOf) : []
  return [...kept, ...elsewhere].find(path => beginsWith(disk, path, offset))
}

function foldersIn(disk: Disk, parent: string, isWanted: (name: string) => boolean): string[] {
  if (disk.status(parent)?.kind !== 'directory') return []
  return disk
    .list(parent)
    .filter(({ name, kind }) => kind === 'directory' && isWanted(name))
    .filter(({ name }) => !name.endsWith(PARTIAL_SUFFIX))
    .map(({ name }) => join(parent, name))
}

/** The first file is named by where the log was cut. */
function beginsWith(disk: Disk, folder: string, offset: bigint): boolean {
  const [first] = disk.list(folder).filter(({ name }) => parseSegmentFileName(name)?.kind === 'log')
  if (first === undefined) return false
  if (parseSegmentFileName(first.name)!.baseOffset > offset) return false
  const file = disk.open(join(folder, first.name))
  try {
    const batch = new BatchScanner(file, { windowSize: BATCH_OVERHEAD }).next()
    return batch !== undefined && batch.lastOffset >= offset
  } finally {
    file.close()
  }
}
