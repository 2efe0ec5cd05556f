/**
 * What an unfinished compaction, or an interrupted repair, has left in a partition's folder: brought to its end or taken
 * back as a broker's start does, before the log itself is looked at. A compacted segment that is damaged, or empty, is set
 * aside instead: a broker would put it in the place of those it was made from.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { clearLeftovers } from '../../log/clear-leftovers.ts'
import { parseSegmentFileName } from '../../log/file-names.ts'
import type { LoadAction } from '../../log/load-action.ts'
import type { PartitionFolder } from '../../log/partition-folder.ts'
import type { Backup } from './backup.ts'

export interface SettledLeftovers {
  /** Names of files that were set aside. */
  readonly setAside: readonly string[]
  readonly actions: readonly LoadAction[]
}

/** Everything that is removed is in the backup. */
export function settleLeftovers(folder: PartitionFolder, backup: Backup): SettledLeftovers {
  const { disk } = folder.files
  const setAside: string[] = []
  const files = segmentFiles(disk, folder.path)
  for (const { baseOffset } of files.filter(
    ({ kind, state }) => kind === 'log' && state === 'swap',
  )) {
    const group = files.filter(file => file.state === 'swap' && file.baseOffset === baseOffset)
    const log = group.find(({ kind }) => kind === 'log')!
    if (isSound(disk, join(folder.path, log.name))) continue
    for (const { name } of group) {
      backup.move(join(folder.path, name))
      setAside.push(name)
    }
  }
  const left = segmentFiles(disk, folder.path)
  const isSwapped = left.some(({ state }) => state === 'swap')
  const kept = left.filter(({ state }) => isSwapped || state !== 'live')
  if (left.every(({ state }) => state === 'live')) return { setAside, actions: [] }
  backup.keepAll(kept.map(({ name }) => ({ path: join(folder.path, name), name })))
  const actions: LoadAction[] = []
  clearLeftovers(folder, action => actions.push(action))
  disk.syncDirectory(folder.path)
  return { setAside, actions }
}

/** Whether there is anything of the kind. */
export function hasLeftovers(disk: Disk, path: string): boolean {
  return segmentFiles(disk, path).some(({ state }) => state !== 'live')
}

function segmentFiles(disk: Disk, path: string) {
  return disk.list(path).flatMap(({ name, kind: entry }) => {
    const parsed = entry === 'file' ? parseSegmentFileName(name) : undefined
    return parsed === undefined ? [] : [{ name, ...parsed }]
  })
}

function isSound(disk: Disk, path: string): boolean {
  const file = disk.open(path)
  try {
    const scanner = new BatchScanner(file)
    while (scanner.next() !== undefined) if (!scanner.isValid()) return false
    return scanner.end > 0 && scanner.position === scanner.end
  } finally {
    file.close()
  }
}
