/** `retention`, interrupted at each call of the disk in turn: segments go from the oldest on, and the rest another time. */
import { expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { expire } from '../maintenance/retention/retention-scene.ts'
import { NOW_MS } from '../log/new-log.ts'
import { BATCHES, openTrimmed, trimScene } from '../maintenance/trim/trim-scene.ts'
import { readBatches } from './check-log.ts'
import { type Fault, FaultyDisk } from './faulty-disk.ts'
import { Seeded } from './seeded.ts'

const CALLS_MAX = 500
const TIMEOUT_MS = 120_000
const ALL = Array.from({ length: BATCHES }, (_, offset) => BigInt(offset))

it.each([
  ['power', 4],
  ['EIO', 4],
  ['power', 0],
  ['EIO', 0],
] as const)(
  'survives %s at any call, with retention.ms=%i',
  async (fault, retentionMs) => {
    let at = 0
    while (await isInterrupted({ fault, retentionMs }, at)) at++
    expect(at).toBeGreaterThan(10)
  },
  TIMEOUT_MS,
)

async function isInterrupted(
  { fault, retentionMs }: { readonly fault: Fault; readonly retentionMs: number },
  at: number,
): Promise<boolean> {
  if (at > CALLS_MAX) throw new Error('it does not come to its end')
  const config = { retentionMs, nowMs: NOW_MS + 10 }
  const random = new Seeded(at)
  const before = await trimScene()
  const faulty = new FaultyDisk(before, { at, fault, below: '/logs' }, random)
  const failed = await expire(faulty.disk, config).then(
    () => false,
    (error: unknown) => {
      if (error instanceof DiskError) return true
      throw error
    },
  )
  const disk = before.crash(random.chance())
  const { log } = openTrimmed(disk)
  const found = readBatches(log).map(({ baseOffset }) => baseOffset)
  expect([at, found]).toEqual([at, ALL.slice(ALL.length - found.length)])
  const first = retentionMs === 0 ? 10n : 6n
  expect([at, log.endOffset, ALL.filter(o => o >= first && !found.includes(o))]).toEqual([
    at,
    10n,
    [],
  ])
  await expire(disk, config)
  expect([at, openTrimmed(disk).log.logStartOffset]).toEqual([at, first])
  return failed
}
