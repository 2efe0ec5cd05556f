/** A repair that loses its power at any call of the disk: nothing that held is lost, and the next one ends it. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { OverlayDisk } from '../../../src/disk/overlay-disk.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'
import { readPartitionDirectory } from '../../../src/log/partition-directory.ts'
import { LOG_OVERHEAD, SIZE_AT } from '../../../src/record/batch.ts'
import { recoverLog } from '../../../src/log-dirs/recover-log.ts'
import type { Cure } from '../../../src/maintenance/repair/partition-cure.ts'
import { FaultyDisk } from '../../crash/faulty-disk.ts'
import { Seeded } from '../../crash/seeded.ts'
import { batchesIn, filesIn, findingsOf, folderIn, putFixture, repairOn } from './memory-repair.ts'

/** The logs of two segments under each other's names. */
const MIXED_UP = 'clean-4.3'
/** A batch of each of two segments in the place of the other. */
const EXCHANGED = 'clean-4.3 with batches exchanged'

const CASES: readonly (readonly [fixture: string, cure: Cure])[] = [
  [MIXED_UP, 'salvage'],
  [EXCHANGED, 'salvage'],
  ['damaged/bit-flip-crc', 'salvage'],
  ['damaged/truncated-segment', 'salvage'],
  ['damaged/overlapping-segments', 'salvage'],
  ['damaged/control-record-type', 'salvage'],
  ['damaged/zeroed-range', 'like-kafka'],
]

function damaged(fixture: string) {
  const disk = new MemoryDisk()
  const isMixed = fixture === MIXED_UP || fixture === EXCHANGED
  const logDirs = putFixture(disk, isMixed ? MIXED_UP : fixture)
  if (!isMixed) return { disk, logDirs, folder: folderIn(disk, '/log') }
  const folder = '/b/orders-0'
  const [first, second] = readPartitionDirectory(disk, folder).segments.slice(1)
  const [one, other] = [first!, second!].map(({ log }) => disk.readWhole(log.path))
  const [oneEnd, otherEnd] = fixture === EXCHANGED ? [one!, other!].map(firstEnd) : [0, 0]
  disk.put(
    first!.log.path,
    Buffer.concat([other!.subarray(0, otherEnd || undefined), rest(one!, oneEnd)]),
  )
  disk.put(
    second!.log.path,
    Buffer.concat([one!.subarray(0, oneEnd || undefined), rest(other!, otherEnd)]),
  )
  return { disk, logDirs: ['/b'], folder }
}

/** Of its first batch. */
function firstEnd(log: Buffer): number {
  return LOG_OVERHEAD + log.readInt32BE(SIZE_AT)
}

/** Behind that; none where the logs are exchanged as a whole. */
function rest(log: Buffer, end: number | undefined): Buffer {
  return end ? log.subarray(end) : Buffer.alloc(0)
}

/** Calls of the disk that a repair takes. */
function callsOf(fixture: string, cure: Cure): number {
  const { disk, logDirs } = damaged(fixture)
  const never = { at: Infinity, fault: 'power', below: '/' } as const
  const faulty = new FaultyDisk(disk, never, new Seeded(1))
  repairOn(faulty.disk, logDirs, { cure })
  return faulty.calls
}

/** What a broker makes of the folder as it starts; cleanly shut down, it believes what it finds. */
async function startOn(disk: Disk, folder: string, isClean: boolean): Promise<void> {
  const [, topic, partition] = /([^/]+)-(\d+)$/.exec(folder)!
  const outcome = await recoverLog(
    {
      ...{ path: folder, topic: topic!, partition: Number(partition) },
      ...{ config: DEFAULT_LOG_CONFIG, isClean, recoveryPoint: isClean ? 100n : 0n },
      ...{ logStartOffset: 0n, highWatermark: 0n, nowMs: 0, producerExpirationMs: 1e15 },
    },
    { disk, openFilesMax: 8, isPreview: false },
  )
  expect(outcome.failure).toBeUndefined()
}

/** Of all files that there are, in backups too. */
function everyByte(disk: Disk, folder: string): Set<string> {
  const found = new Set<string>()
  for (const { name, kind } of disk.list(folder)) {
    const path = join(folder, name)
    if (kind === 'directory') for (const bytes of everyByte(disk, path)) found.add(bytes)
    else if (/\.log(\.swap)?$/.test(name)) found.add(disk.readWhole(path).toString('hex'))
  }
  return found
}

describe.each(CASES)('%s by %s', (fixture, cure) => {
  test('may lose its power at any call', async () => {
    const before = damaged(fixture)
    const held = batchesIn(before.disk, before.folder)
    const logs = everyByte(before.disk, before.folder)
    repairOn(before.disk, before.logDirs, { cure })
    const repaired = batchesIn(before.disk, before.folder)
    const names = [...filesIn(before.disk, before.folder).keys()]
    const calls = callsOf(fixture, cure)
    expect(calls).toBeGreaterThan(50)
    for (let at = 0; at < calls; at++) {
      const random = new Seeded(at)
      const { disk, logDirs, folder } = damaged(fixture)
      const faulty = new FaultyDisk(disk, { at, fault: 'power', below: '/' }, random)
      try {
        repairOn(faulty.disk, logDirs, { cure })
      } catch {
        // The power is gone.
      }
      const left = disk.crash(random.chance())
      const bytes = everyByte(left, folder)
      for (const log of logs)
        expect(bytes.has(log), `a log of before is lost at call ${at}`).toBe(true)
      const started = new OverlayDisk(left)
      // Segments behind the cut go before it: amid that the damage lies at the end, where a broker does not believe it.
      await startOn(started, folder, cure === 'salvage')
      const found = batchesIn(started, folder)
      for (const [offset, batch] of cure === 'salvage' ? repaired : []) {
        expect(
          found.get(offset) ?? held.get(offset),
          `offset ${offset} at call ${at}`,
        ).toBeDefined()
        if (held.has(offset)) expect(found.get(offset)).toBe(batch)
      }
      const { failures } = repairOn(left, logDirs, { cure })
      expect(failures, `the next repair after call ${at}`).toEqual([])
      expect(batchesIn(left, folder)).toEqual(repaired)
      expect([...filesIn(left, folder).keys()], `after call ${at}`).toEqual(names)
      expect((await findingsOf(left, logDirs)).map(({ kind }) => kind)).toEqual([])
    }
  })
})
