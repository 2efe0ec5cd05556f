import { join } from 'node:path'
import type { Disk } from '../../src/disk/disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { type LogDirsOptions, LogDirs } from '../../src/log-dirs/log-dirs.ts'
import { newBatch } from '../log/new-batch.ts'
import { configWith, DAY_MS, NOW_MS } from '../log/new-log.ts'

export const A = '/logs/a'
export const B = '/logs/b'
export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
/** Of directory `a`, and of `b`. */
export const DIRECTORY_IDS = ['AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw'] as const

const MARKER = '.kafka_cleanshutdown'

/** Formatted, and left by a broker in order. */
export function twoLogDirs(): MemoryDisk {
  const disk = new MemoryDisk()
  for (const [index, dir] of [A, B].entries()) {
    const id = DIRECTORY_IDS[index]!
    const meta = `version=1\ncluster.id=c\nnode.id=1\ndirectory.id=${id}\n`
    disk.put(join(dir, 'meta.properties'), Buffer.from(meta))
    disk.put(join(dir, MARKER), Buffer.from('{"version":0,"brokerEpoch":11}'))
  }
  return disk
}

export function openDirs(disk: Disk, options: Partial<LogDirsOptions> = {}): LogDirs {
  return LogDirs.open([A, B], {
    disk,
    takesLocks: false,
    clock: { nowMs: () => NOW_MS },
    configOf: () => configWith({ segmentBytes: 1000 }),
    producerExpirationMs: DAY_MS,
    ...options,
  })
}

export const partition = (number: number, topic = 'orders') => ({ topic, partition: number })

/** Partitions 0 and 2 in `a`, 1 and 3 in `b`, each with so many records. */
export async function fourPartitions(disk: MemoryDisk, count = 2): Promise<void> {
  const dirs = openDirs(disk)
  dirs.openAll()
  for (const number of [0, 1, 2, 3]) {
    const log = dirs.create(partition(number), TOPIC_ID, DIRECTORY_IDS[number % 2])
    for (let n = 0; n < count; n++) {
      log.append(newBatch(), { leaderEpoch: 0, origin: 'client' })
    }
  }
  await dirs.close()
}

/** Undefined where there is none. */
export function textOf(disk: Disk, dir: string, name: string): string | undefined {
  const path = join(dir, name)
  return disk.status(path) === undefined ? undefined : disk.readWhole(path).toString()
}

export function markerOf(disk: Disk, dir: string): string | undefined {
  return textOf(disk, dir, MARKER)
}

/** Every file with its bytes. */
export function contentsOf(disk: Disk, path = '/logs'): [path: string, bytes: string][] {
  return disk.list(path).flatMap(({ name, kind }): [string, string][] => {
    const inner = join(path, name)
    if (kind === 'directory') return contentsOf(disk, inner)
    return [[inner, disk.readWhole(inner).toString('hex')]]
  })
}
