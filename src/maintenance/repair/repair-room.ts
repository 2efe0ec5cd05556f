/** Whether there is room for a cure: for what is written anew, and for what is kept, where that is on another file system. */
import { dirname, join, resolve } from 'node:path'
import { RefusedError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { bytesWithIndexes } from '../room.ts'
import type { CureReport } from './cure-report.ts'
import type { Cure } from './partition-cure.ts'

export interface RoomNeeded {
  /** Of the partition. */
  readonly path: string
  readonly name: string
  readonly salvage: CureReport
  readonly cure: Cure
  /** Of the folder in which what is replaced is kept. */
  readonly backup: string
}

/** @throws RefusedError nothing was changed */
export function requireRoom(disk: Disk, { path, name, salvage, cure, backup }: RoomNeeded): void {
  const changed = [...salvage.rewritten, ...salvage.joined]
  const refuse = (needed: bigint, what: string, usable: bigint) => {
    const why = `no room to repair ${name}: up to ${needed} bytes are ${what}, ${usable} are free`
    throw new RefusedError('KAFKA_STORAGE_ERROR', `${why}; nothing was changed`)
  }
  const needed = BigInt(bytesWithIndexes(bytesOf(disk, path, changed), changed.length))
  const usable = disk.space(path)?.usableBytes ?? needed
  if (usable < needed) refuse(needed, 'written beside what they replace', usable)
  const place = nearestThere(disk, backup)
  if (disk.status(place)?.device === disk.status(path)?.device) return
  const replaced = cure === 'salvage' ? changed : logsIn(disk, path)
  const kept = BigInt(bytesOf(disk, path, replaced) - bytesOf(disk, backup, replaced))
  const usableThere = disk.space(place)?.usableBytes ?? kept
  if (usableThere < kept) refuse(kept, `kept in ${backup}`, usableThere)
}

function logsIn(disk: Disk, folder: string): string[] {
  return disk.list(folder).flatMap(({ name }) => (name.endsWith('.log') ? [name] : []))
}

function bytesOf(disk: Disk, folder: string, names: readonly string[]): number {
  const sizes = names.map(name => disk.status(join(folder, name))?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}

function nearestThere(disk: Disk, path: string): string {
  let place = resolve(path)
  while (disk.status(place) === undefined) place = dirname(place)
  return place
}
