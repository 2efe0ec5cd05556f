/**
 * `truncate` and `delete-records`, interrupted at each call of the disk in turn: what is left is the old log, the new one,
 * or a piece between; what it has lost is in a kept copy; and doing it again finishes it.
 */
import { describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import type { TrimAction } from '../../src/maintenance/trim/trim-plan.ts'
import {
  BATCHES,
  keptOffsets,
  openTrimmed,
  trim,
  TRIMMED,
  trimScene,
} from '../maintenance/trim/trim-scene.ts'
import { newBatch } from '../log/new-batch.ts'
import { readBatches } from './check-log.ts'
import { type Fault, FaultyDisk } from './faulty-disk.ts'
import { Seeded } from './seeded.ts'

const OFFSET = 4
const CALLS_MAX = 500
const TIMEOUT_MS = 120_000
const ALL = Array.from({ length: BATCHES }, (_, offset) => BigInt(offset))
const KEPT: Readonly<Record<TrimAction, (offset: bigint) => boolean>> = {
  truncate: offset => offset < BigInt(OFFSET),
  'delete-records': offset => offset >= BigInt(OFFSET) - 1n,
}

describe.each(['truncate', 'delete-records'] as const)('%s', action => {
  it.each(['power', 'EIO', 'ENOSPC'] as const)(
    'survives %s at any call',
    async fault => {
      let at = 0
      while (await isInterrupted(action, fault, at)) at++
      expect(at).toBeGreaterThan(10)
    },
    TIMEOUT_MS,
  )
})

it(
  'a truncation to an offset within a batch is done by doing it again, whenever the power went',
  async () => {
    const fill = (log: PartitionLog) => {
      for (let n = 0; n < 4; n++)
        log.append(newBatch({ count: 5 }), { leaderEpoch: 0, origin: 'client' })
    }
    for (let at = 0, isOver = false; !isOver; at++) {
      expect(at).toBeLessThan(CALLS_MAX)
      const random = new Seeded(at)
      const before = await trimScene(fill)
      const faulty = new FaultyDisk(before, { at, fault: 'power', below: '/logs' }, random)
      await trim(faulty.disk, 'truncate', 12).catch((error: unknown) => {
        if (!(error instanceof DiskError)) throw error
      })
      const disk = before.crash(random.chance())
      await trim(disk, 'truncate', 12)
      expect([at, openTrimmed(disk).log.endOffset]).toEqual([at, 10n])
      isOver = faulty.calls <= at
    }
  },
  TIMEOUT_MS,
)

async function isInterrupted(action: TrimAction, fault: Fault, at: number): Promise<boolean> {
  if (at > CALLS_MAX) throw new Error('it does not come to its end')
  const random = new Seeded(at)
  const before = await trimScene()
  const faulty = new FaultyDisk(before, { at, fault, below: '/logs' }, random)
  await trim(faulty.disk, action, OFFSET).catch((error: unknown) => {
    if (!(error instanceof DiskError)) throw error
  })
  const disk = before.crash(random.chance())
  expectBetween(disk, action, at)
  await trim(disk, action, OFFSET)
  const { log } = openTrimmed(disk)
  expect([at, readBatches(log).map(offsetOf)]).toEqual([at, ALL.filter(KEPT[action])])
  expect(action === 'truncate' ? log.endOffset : log.logStartOffset).toBe(BigInt(OFFSET))
  expect([at, disk.list(TRIMMED.path).filter(({ name }) => name.endsWith('.partial'))]).toEqual([
    at,
    [],
  ])
  // One that passes may come in the rehearsal, where some are survived.
  return faulty.calls > at
}

/** A piece without a gap, nothing in it that was to stay is missing, and nothing is lost for good. */
function expectBetween(disk: MemoryDisk, action: TrimAction, at: number): void {
  const found = readBatches(openTrimmed(disk).log).map(offsetOf)
  const gone = ALL.filter(offset => !found.includes(offset))
  expect([at, gone.filter(KEPT[action])]).toEqual([at, []])
  const [first, last] = [Number(found[0]), Number(found.at(-1))]
  expect([at, found]).toEqual([at, ALL.slice(first, last + 1)])
  const kept = disk
    .list(TRIMMED.path)
    .filter(({ name, kind }) => kind === 'directory' && !name.endsWith('.partial'))
    .flatMap(({ name }) => keptOffsets(disk, `${TRIMMED.path}/${name}`))
  expect([at, gone.filter(offset => !kept.includes(offset))]).toEqual([at, []])
}

const offsetOf = ({ baseOffset }: { readonly baseOffset: bigint }) => baseOffset
