/** A log in memory with all that is derived from it, and its reindexing. */
import type { Disk } from '../../../src/disk/disk.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readSegmentFacts } from '../../../src/log/segment-facts.ts'
import { derivedKindOf } from '../../../src/maintenance/reindex/derived-files.ts'
import {
  type ReindexedLog,
  type ReindexEnvironment,
  reindexLog,
  type ReindexTask,
} from '../../../src/maintenance/reindex/reindex-log.ts'
import { newBatch, newMarker } from '../../log/new-batch.ts'
import {
  configWith,
  DAY_MS,
  FOLDER,
  newDisk,
  NOW_MS,
  openLog,
  shortName,
} from '../../log/new-log.ts'

/** Some three batches to a segment; an entry for each batch but the first. */
export const CONFIG = { segmentBytes: 1000, indexIntervalBytes: 0 }

/**
 * Offsets 0–17 in seven segments and two leader epochs: of a producer without transactions, and of one that aborts two,
 * commits one, and leaves the last open. Closed cleanly, then built anew.
 */
export async function builtLog(): Promise<MemoryDisk> {
  const disk = newDisk()
  const log = openLog(disk, { config: CONFIG })
  const sequences = [0, 0]
  for (let offset = 0; offset < 18; offset++) {
    const leaderEpoch = offset < 7 ? 0 : 3
    if ([4, 9, 14].includes(offset)) {
      const marker = newMarker({ id: 2n, epoch: 1, isCommitted: offset === 9 })
      log.append(marker, { leaderEpoch, origin: 'coordinator' })
      continue
    }
    const which = offset % 2
    const producer = { id: BigInt(which + 1), epoch: 1, sequence: sequences[which]!++ }
    const batch = newBatch({
      producer,
      isTransactional: which === 1,
      timestamps: [NOW_MS + offset],
      value: Buffer.alloc(250, 'v'),
    })
    log.append(batch, { leaderEpoch, origin: 'client' })
  }
  await log.close()
  await reindex(disk)
  return disk
}

export interface Reindexing extends ReindexedLog {
  /** By name, without the zeros in front. */
  readonly states: Readonly<Record<string, string>>
}

/** By default of all files, of a log.dir that was shut down cleanly; carried out. */
export async function reindex(
  disk: Disk,
  options: Partial<ReindexTask & ReindexEnvironment> = {},
): Promise<Reindexing> {
  const task = {
    path: FOLDER,
    topic: 'orders',
    partition: 0,
    from: 0n,
    isClean: true,
    config: configWith(CONFIG),
    logStartOffset: 0n,
    highWatermark: 0n,
    nowMs: NOW_MS,
    producerExpirationMs: DAY_MS,
    ...options,
  }
  const log = await reindexLog(task, {
    disk,
    openFilesMax: 20,
    isPreview: false,
    keepsOld: false,
    placedSegments: 32,
    readers: {
      read: segment => new Promise(resolve => resolve(readSegmentFacts(segment, disk))),
      aheadMax: 2,
    },
    ...options,
  })
  return { ...log, states: Object.fromEntries(log.files.map(f => [shortName(f.name), f.state])) }
}

/** Those that are not as built. */
export function otherThanSame({ states }: Reindexing): Record<string, string> {
  return Object.fromEntries(Object.entries(states).filter(([, state]) => state !== 'same'))
}

/** Of all files in the folder, in hexadecimal, by name without the zeros in front. */
export function contents(disk: Disk): Record<string, string> {
  const files = disk.list(FOLDER).map(({ name }) => {
    return [shortName(name), disk.readWhole(`${FOLDER}/${name}`).toString('hex')] as const
  })
  return Object.fromEntries(files)
}

export function derivedPaths(disk: Disk): string[] {
  const names = disk.list(FOLDER).filter(({ name }) => derivedKindOf(name) !== undefined)
  return names.map(({ name }) => `${FOLDER}/${name}`)
}

export function removeDerived(disk: Disk): void {
  for (const path of derivedPaths(disk)) disk.remove(path)
}
