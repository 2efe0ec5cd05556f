/** Two log.dirs that Kafka wrote, in memory: orders-1 lies in `a`, orders-0 in `b`; and what a broker makes of them. */
import fs from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readStoppedNode, type StoppedNode } from '../../../src/inspect/topics/stopped-node.ts'
import { clusterWriter } from '../../../src/log-dirs/cluster-writer.ts'
import { type Movable, readMovable } from '../../../src/maintenance/move/movable.ts'
import { movePartitions } from '../../../src/maintenance/move/move-partitions.ts'
import { type MoveRequest, planMoves } from '../../../src/maintenance/move/plan-moves.ts'
import { folderTree } from '../../../src/maintenance/move/partition-copy.ts'
import { Seeded } from '../../crash/seeded.ts'
import { FIXTURES } from '../../inspect/fixture-partitions.ts'

export const A = '/logs/a'
export const B = '/logs/b'
const TAKEN = /^(orders-|__cluster_metadata-0|[^-]*\.|[a-z-]+-checkpoint$)/

export function moveScene(): MemoryDisk {
  const disk = new MemoryDisk()
  for (const [name, logDir] of [
    ['a', A],
    ['b', B],
  ] as const) {
    const root = join(FIXTURES, 'clean-4.3', name)
    for (const entry of fs.readdirSync(root).filter(each => TAKEN.test(each))) {
      const path = join(root, entry)
      const files = fs.statSync(path).isDirectory() ? fs.readdirSync(path) : ['']
      for (const file of files)
        disk.put(join(logDir, entry, file), fs.readFileSync(join(path, file)))
    }
  }
  return disk
}

export interface ReadScene {
  readonly node: StoppedNode
  readonly movable: Movable
}

export function readScene(disk: Disk): ReadScene {
  const options = {
    askLock: () => undefined,
    limits: DEFAULT_DECODE_LIMITS,
    notice: () => undefined,
  }
  const node = readStoppedNode(disk, { paths: [A, B], fresh: [], firstPath: A }, options)
  return { node, movable: readMovable(disk, node) }
}

/** What is asked for, on another disk than that on which it was looked at. */
export async function moveAll(
  { node, movable }: ReadScene,
  request: MoveRequest,
  disk: Disk,
  letGo: (path: string, size: number) => void = () => undefined,
): Promise<void> {
  const random = new Seeded(1)
  const clock = { nowMs: () => 0 }
  const { moves } = planMoves(request, movable)
  await movePartitions(
    node,
    { moves, unplaced: movable.unplaced },
    {
      disk,
      nowMs: 0,
      letGo,
      newId: () => 'unused',
      newFolderId: () => String(random.below(2 ** 30)).padStart(32, '0'),
      writeCluster: clusterWriter({ disk, clock, takesLocks: false }),
    },
  )
}

/** Where a broker that starts here serves a partition from; as Kafka's log manager decides it. */
export function servedFrom(node: StoppedNode, name: string): string {
  const [, topic, partition] = /^(.+)-(\d+)$/.exec(name)!
  const folders = node.folders.of(topic!, Number(partition))
  const assigned = node.image.topics.byName(topic!)!.partitions.get(Number(partition))!.directories
  const live = folders.filter(({ parsed }) => parsed.state === 'live')
  const future = folders.filter(({ parsed }) => parsed.state === 'future')
  if (live.length > 1 || future.length > 1) throw new Error(`${name}: a broker would not start`)
  const promoted = future.find(({ logDir }) => assigned.includes(idOf(node, logDir)))
  const served = promoted ?? live[0]
  if (served === undefined) throw new Error(`${name}: a broker would begin an empty log`)
  return served.path
}

/** By name, in hex. */
export function contentOf(disk: Disk, path: string): Record<string, string> {
  const { files } = folderTree(disk, path)
  return Object.fromEntries(
    files.map(file => [file.path, disk.readWhole(join(path, file.path)).toString('hex')]),
  )
}

export function idOf({ logDirs }: StoppedNode, logDir: string): string {
  return logDirs.find(({ path }) => path === logDir)!.meta!.directoryId!
}
