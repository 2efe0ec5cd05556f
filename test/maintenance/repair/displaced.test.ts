/** Batches that a program has put in another order: each goes back to where it belongs. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MEBIBYTE } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { readPartitionDirectory } from '../../../src/log/partition-directory.ts'
import { TOO_MUCH_DISORDER } from '../../../src/maintenance/repair/displaced.ts'
import { Seeded } from '../../crash/seeded.ts'
import { newBatch, placedAt } from '../../log/new-batch.ts'
import { batchesIn, damage, filesIn, findingsOf, putFixture, repairOn } from './memory-repair.ts'

const FOLDER = '/b/orders-0'

function splitBatches(bytes: Buffer): Buffer[] {
  const disk = new MemoryDisk()
  disk.put('/log', bytes)
  const scanner = new BatchScanner(disk.open('/log'))
  const batches: Buffer[] = []
  while (scanner.next() !== undefined) {
    const { buffer, start, size } = scanner.body()
    batches.push(Buffer.from(buffer.subarray(start, start + size)))
  }
  return batches
}

interface Scene {
  readonly disk: MemoryDisk
  readonly logDirs: string[]
  /** Of each segment, its batches. */
  readonly segments: Buffer[][]
}

function scene(): Scene {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'clean-4.3')
  const logs = readPartitionDirectory(disk, FOLDER).segments.map(({ log }) => log.path)
  return { disk, logDirs, segments: logs.map(path => splitBatches(disk.readWhole(path))) }
}

function write({ disk, segments }: Scene): void {
  const { segments: logs } = readPartitionDirectory(disk, FOLDER)
  for (const [index, batches] of segments.entries()) {
    disk.put(logs[index]!.log.path, Buffer.concat(batches))
  }
}

const MIXES: readonly (readonly [what: string, mix: (segments: Buffer[][]) => void])[] = [
  ['two neighbours', ([, second]) => second!.splice(2, 2, second![3]!, second![2]!)],
  [
    'two runs',
    ([, second]) => second!.splice(1, 4, ...second!.slice(3, 5), ...second!.slice(1, 3)),
  ],
  ['one moved back', ([, second]) => second!.splice(1, 0, ...second!.splice(5, 1))],
  ['one moved on', ([, second]) => second!.splice(5, 0, ...second!.splice(1, 1))],
  ['the last two', segments => segments.at(-1)!.push(...segments.at(-1)!.splice(-2, 2).reverse())],
  ['one of the next segment', ([, b, c]) => b!.splice(2, 0, ...c!.splice(3, 1))],
  ['one of the segment before', ([, b, c]) => c!.splice(2, 0, ...b!.splice(3, 1))],
  [
    'two of two segments',
    ([, b, c]) => {
      const [one, other] = [b![3]!, c![3]!]
      b![3] = other
      c![3] = one
    },
  ],
]

test.each(MIXES)('%s', async (_, mix) => {
  const { disk, logDirs } = scene()
  const before = batchesIn(disk, FOLDER)
  const mixed = { ...scene(), disk }
  mix(mixed.segments)
  write(mixed)
  const { plan, failures } = repairOn(disk, logDirs, { cure: 'salvage' })
  const { salvage } = plan.partitions.find(({ place }) => place.path === FOLDER)!
  expect([failures, salvage.lostOffsets, salvage.lost, salvage.mended]).toEqual([[], 0n, [], []])
  expect(salvage.moved.length).toBeGreaterThan(0)
  expect([...batchesIn(disk, FOLDER)]).toEqual([...before])
  expect(await findingsOf(disk, logDirs)).toEqual([])
})

test('one moved back, whose leader epoch is wrong besides', async () => {
  const mixed = scene()
  const { disk, logDirs, segments } = mixed
  const before = batchesIn(disk, FOLDER)
  const [moved] = segments[1]!.splice(5, 1)
  segments[1]!.splice(1, 0, placedAt(moved!, moved!.readBigInt64BE(), 33))
  write(mixed)
  const { plan, failures } = repairOn(disk, logDirs, { cure: 'salvage' })
  const { salvage } = plan.partitions.find(({ place }) => place.path === FOLDER)!
  expect([failures, salvage.lost, salvage.moved.length]).toEqual([[], [], 1])
  expect(salvage.mended).toMatchObject([{ what: 'leader epoch', found: 33n }])
  expect([...batchesIn(disk, FOLDER)]).toEqual([...before])
  expect(await findingsOf(disk, logDirs)).toEqual([])
})

test.each([
  [7, undefined],
  [9, TOO_MUCH_DISORDER],
])('behind the last of all, %i batches of 9 MiB in the opposite order', (count, refusal) => {
  const { disk, logDirs } = scene()
  for (const { log } of readPartitionDirectory(disk, FOLDER).segments) disk.remove(log.path)
  const offsets = Array.from({ length: count + 1 }, (_, index) => index)
  const batches = offsets.map(offset =>
    placedAt(newBatch({ value: Buffer.alloc(9 * MEBIBYTE) }), offset),
  )
  disk.put(join(FOLDER, '00000000000000000000.log'), Buffer.concat(batches.toReversed()))
  const { plan } = repairOn(disk, logDirs, { cure: 'salvage' })
  const planned = plan.partitions.find(({ place }) => place.path === FOLDER)!
  expect(planned.refusal).toBe(refusal)
  const left = refusal === undefined ? offsets : offsets.toReversed()
  expect([...batchesIn(disk, FOLDER).keys()]).toEqual(left.map(BigInt))
})

const RUNS = 60

test('nothing of a log whose batches are mixed up is lost, and damaged besides it is put in order', async () => {
  let whole = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new Seeded(seed)
    const mixed = scene()
    const { disk, logDirs, segments } = mixed
    const before = batchesIn(disk, FOLDER)
    for (let step = random.between(1, 3); step > 0; step--) {
      const [from, to] = [random.pick(segments), random.pick(segments)]
      const moved = from.splice(random.below(from.length), random.between(1, 3))
      to.splice(random.below(to.length + 1), 0, ...moved)
    }
    write(mixed)
    const isDamaged = seed % 3 === 0
    if (isDamaged) damage(disk, FOLDER, random)
    const held = batchesIn(disk, FOLDER)
    const files = filesIn(disk, FOLDER)
    const { plan } = repairOn(disk, logDirs, { cure: 'salvage' })
    const planned = plan.partitions.find(({ place }) => place.path === FOLDER)
    if (planned === undefined || planned.refusal !== undefined) {
      expect(filesIn(disk, FOLDER), `seed ${seed}`).toEqual(files)
      continue
    }
    whole++
    const left = batchesIn(disk, FOLDER)
    const kinds = (await findingsOf(disk, logDirs)).map(({ kind }) => kind)
    expect(
      kinds.filter(kind => !BESIDES.has(kind)),
      `seed ${seed}`,
    ).toEqual([])
    if (isDamaged) continue
    for (const [offset, batch] of held) {
      if (before.get(offset) !== batch) continue
      expect(left.get(offset), `offset ${offset}, seed ${seed}`).toBe(batch)
    }
    for (const [offset, batch] of left) {
      expect(batch.slice(BODY), `seed ${seed}`).toBe(before.get(offset)?.slice(BODY))
    }
  }
  expect(whole).toBeGreaterThan(RUNS / 2)
})

/** A segment that is in order by chance stays as it is, with the indexes of what lay there before. */
const BESIDES: ReadonlySet<string> = new Set(['segment-gap', 'index-entry'])

/** Hexadecimal digits of a batch before its checksum, which covers none of them. */
const BODY = 34
