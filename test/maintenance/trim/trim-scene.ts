/** Log.dirs in memory with one partition of several segments, to be shortened. */
import { join } from 'node:path'
import type { Disk } from '../../../src/disk/disk.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import {
  trimPartitions,
  type TrimOptions,
  type TrimOutcome,
} from '../../../src/maintenance/trim/trim-partitions.ts'
import type { TrimAction } from '../../../src/maintenance/trim/trim-plan.ts'
import { batchOfSize } from '../../log/new-batch.ts'
import { configWith, DAY_MS, NOW_MS } from '../../log/new-log.ts'
import { A, openDirs, partition, TOPIC_ID, twoLogDirs } from '../../log-dirs/two-log-dirs.ts'

export const TRIMMED = {
  path: join(A, 'orders-0'),
  name: 'orders-0',
  topic: 'orders',
  partition: 0,
  logDir: A,
}
export const BATCHES = 10

/** Segments at 0, 3, 6 and 9, one record a batch and millisecond; or whatever `fill` appends instead. */
export async function trimScene(fill = fillSegments): Promise<MemoryDisk> {
  const disk = twoLogDirs()
  const dirs = openDirs(disk)
  dirs.openAll()
  fill(dirs.create(partition(0), TOPIC_ID))
  await dirs.close()
  return disk
}

function fillSegments(log: PartitionLog): void {
  for (let n = 0; n < BATCHES; n++) {
    log.append(batchOfSize(300, NOW_MS + n), { leaderEpoch: 0, origin: 'client' })
  }
  log.raiseHighWatermark(log.endOffset)
}

export async function trim(
  disk: Disk,
  action: TrimAction,
  offset: number,
  options: Partial<TrimOptions> = {},
): Promise<TrimOutcome> {
  const [outcome] = await trimPartitions([TRIMMED], {
    action,
    point: { kind: 'offset', offset: BigInt(offset) },
    isPreview: false,
    isOnlyReplica: () => true,
    disk,
    takesLocks: false,
    clock: { nowMs: () => NOW_MS },
    configOf: () => configWith({ segmentBytes: 1000 }),
    producerExpirationMs: DAY_MS,
    ...options,
  })
  return outcome!
}

export interface OpenedLog {
  readonly log: PartitionLog
  readonly isClean: boolean
}

/** As the next start finds it. */
export function openTrimmed(disk: Disk): OpenedLog {
  const dirs = openDirs(disk)
  const failed = dirs.openAll()
  if (failed[0] !== undefined) throw failed[0].error
  return { log: dirs.log(partition(0))!, isClean: dirs.dirs[0]!.isClean }
}

/** Of the batches in a folder of kept copies, in the order of their files. */
export function keptOffsets(disk: Disk, path: string): bigint[] {
  return disk.list(path).flatMap(({ name }) => {
    const file = disk.open(join(path, name))
    const scanner = new BatchScanner(file)
    const offsets: bigint[] = []
    while (scanner.next() !== undefined) {
      if (scanner.isValid()) offsets.push(scanner.header().baseOffset)
    }
    return offsets
  })
}
