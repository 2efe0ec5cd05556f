/**
 * Partitions moved between log.dirs, interrupted at calls of the disk: a broker that starts over what is left
 * serves each from one whole copy, and moving them again finishes it.
 */
import { describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { StoppedNode } from '../../src/inspect/topics/stopped-node.ts'
import type { MoveRequest } from '../../src/maintenance/move/plan-moves.ts'
import {
  A,
  B,
  contentOf,
  idOf,
  moveAll,
  moveScene,
  readScene,
  servedFrom,
} from '../maintenance/move/move-scene.ts'
import { type Fault, FaultyDisk } from './faulty-disk.ts'
import { Seeded } from './seeded.ts'

const REQUEST: MoveRequest = {
  kind: 'named',
  wanted: [
    { name: 'orders-1', to: B },
    { name: 'orders-0', to: A },
  ],
}
const TARGETS = { 'orders-1': `${B}/orders-1`, 'orders-0': `${A}/orders-0` }
const CALLS_MAX = 2000
const TIMEOUT_MS = 240_000

const SCENE = moveScene()
const BEFORE = readScene(SCENE)
const CONTENTS = {
  'orders-1': contentOf(SCENE, `${A}/orders-1`),
  'orders-0': contentOf(SCENE, `${B}/orders-0`),
}

describe('a move', () => {
  it.each([
    ['power', 5],
    ['EIO', 11],
  ] as const)(
    'survives %s at any call (each %ith is tried)',
    async (fault, step) => {
      let at = 0
      while (await isInterrupted(fault, at)) at += step
      expect(at).toBeGreaterThan(100)
    },
    TIMEOUT_MS,
  )
})

async function isInterrupted(fault: Fault, at: number): Promise<boolean> {
  if (at > CALLS_MAX) throw new Error('it does not come to its end')
  const random = new Seeded(at)
  const before = SCENE.crash()
  const faulty = new FaultyDisk(before, { at, fault, below: '/logs' }, random)
  const failed = await moveAll(BEFORE, REQUEST, faulty.disk).then(
    () => false,
    (error: unknown) => {
      if (error instanceof DiskError) return true
      throw error
    },
  )
  const disk = before.crash(random.chance())
  const left = readScene(disk)
  expectServed(disk, left.node, at)
  await moveAll(left, REQUEST, disk)
  const finished = disk.crash()
  const { node, movable } = readScene(finished)
  expectServed(finished, node, at)
  for (const [name, path] of Object.entries(TARGETS)) {
    expect([at, servedFrom(node, name)]).toEqual([at, path])
  }
  expect([at, movable.copied, movable.unplaced, node.problems]).toEqual([at, [], [], []])
  const { partitions } = node.image.topics.byName('orders')!
  expect(partitions.get(1)!.directories).toEqual([idOf(node, B)])
  expect(partitions.get(0)!.directories).toEqual([idOf(node, A)])
  return failed
}

/** Whole; and a copy with which a broker would go on is whole, too. */
function expectServed(disk: MemoryDisk, node: StoppedNode, at: number): void {
  for (const [name, content] of Object.entries(CONTENTS)) {
    expect([at, name, contentOf(disk, servedFrom(node, name))]).toEqual([at, name, content])
    const copies = node.folders.of('orders', Number(name.at(-1)))
    for (const { path, parsed } of copies.filter(copy => copy.parsed.state === 'future')) {
      expect([at, parsed.state, contentOf(disk, path)]).toEqual([at, 'future', content])
    }
  }
}
