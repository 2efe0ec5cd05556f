/** Segments whose offsets reach into one another: they are put in order, or left as they are and told. */
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
import type { Cure } from '../../../src/maintenance/repair/partition-cure.ts'
import { batchesIn, filesIn, findingsOf, planOn, putFixture, repairOn } from './memory-repair.ts'

const FOLDER = '/b/orders-0'
const log = (offset: number) => `${FOLDER}/${String(offset).padStart(20, '0')}.log`

/** Segments of orders-0 at 0, 20, 41 and 62. */
function scene(): { readonly disk: MemoryDisk; readonly logDirs: string[] } {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'clean-4.3')
  return { disk, logDirs }
}

function swapContents(disk: MemoryDisk): void {
  const [first, second] = [disk.readWhole(log(20)), disk.readWhole(log(41))]
  disk.put(log(20), second)
  disk.put(log(41), first)
}

function cureOf(disk: MemoryDisk, logDirs: readonly string[], cure: Cure) {
  const { plan, failures } = repairOn(disk, logDirs, { cure })
  return { plan: plan.partitions.find(({ place }) => place.path === FOLDER)!, failures }
}

/** All batches in their order, and a log that is in order. */
async function expectWhole(
  disk: MemoryDisk,
  logDirs: readonly string[],
  before: ReadonlyMap<bigint, string>,
): Promise<void> {
  const after = [...batchesIn(disk, FOLDER)]
  expect(after).toEqual([...before].sort(([a], [b]) => (a < b ? -1 : 1)))
  expect(await findingsOf(disk, logDirs)).toEqual([])
}

function expectUnfit(disk: MemoryDisk, logDirs: readonly string[]): void {
  const before = filesIn(disk, FOLDER)
  const { failures } = cureOf(disk, logDirs, 'like-kafka')
  expect(String(failures)).toMatch(/segments overlap.*; nothing was changed: --salvage mends it/)
  expect(filesIn(disk, FOLDER)).toEqual(before)
}

test('two logs under each other’s names get their own again', async () => {
  const { disk, logDirs } = scene()
  const before = batchesIn(disk, FOLDER)
  const logs = [log(20), log(41)].map(path => disk.readWhole(path))
  swapContents(disk)
  expectUnfit(disk, logDirs)
  const { plan, failures } = cureOf(disk, logDirs, 'salvage')
  expect(failures).toEqual([])
  const { rewritten, joined, lostOffsets } = plan.salvage
  const [first, second] = [basename(log(20)), basename(log(41))]
  expect([rewritten, joined, lostOffsets]).toEqual([[first, second], [second], 0n])
  expect([log(20), log(41)].map(path => disk.readWhole(path))).toEqual(logs)
  await expectWhole(disk, logDirs, before)
})

test('three of them, each under the name of the next', async () => {
  const { disk, logDirs } = scene()
  const before = batchesIn(disk, FOLDER)
  const [first, second, third] = [0, 20, 41].map(offset => disk.readWhole(log(offset)))
  disk.put(log(0), third!)
  disk.put(log(20), first!)
  disk.put(log(41), second!)
  expect(cureOf(disk, logDirs, 'salvage').failures).toEqual([])
  await expectWhole(disk, logDirs, before)
})

test('what belongs before the first segment is left, and told', () => {
  const { disk, logDirs } = scene()
  disk.put(log(20), disk.readWhole(log(0)))
  for (const kind of ['log', 'index', 'timeindex']) disk.remove(log(0).replace(/log$/, kind))
  const before = filesIn(disk, FOLDER)
  const { plan } = cureOf(disk, logDirs, 'salvage')
  expect(plan.refusal).toMatch(/20\.log holds offsets 0 to 19 where nobody finds them/)
  expect(filesIn(disk, FOLDER)).toEqual(before)
})

test('a segment that is missing is told of', () => {
  const { disk, logDirs } = scene()
  for (const kind of ['log', 'index', 'timeindex']) disk.remove(log(41).replace(/log$/, kind))
  const { plan } = planOn(disk, logDirs)
  const { salvage } = plan.partitions.find(({ place }) => place.path === FOLDER)!
  expect(salvage.absent).toEqual([{ firstOffset: 41n, lastOffset: 61n }])
})

/** Where a batch of the log at 41 begins that has several records. */
function batchBegin(disk: MemoryDisk): number {
  const scanner = new BatchScanner(disk.open(log(41)))
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    const { baseOffset, lastOffset } = batch
    if (baseOffset > 41n && lastOffset > baseOffset) return Number(baseOffset)
  }
  throw new Error('there is no such batch')
}

/** Before the batch that begins there; undefined: behind the first. */
function splitAt(bytes: Buffer, offset: bigint | undefined): [Buffer, Buffer] {
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) {
    const isThere = offset === undefined ? at > 0 : bytes.readBigInt64BE(at) === offset
    if (isThere) return [bytes.subarray(0, at), bytes.subarray(at)]
  }
  throw new Error('there is no such batch')
}

test('a copy of a log whose name lies between batches: nothing is lost', async () => {
  const { disk, logDirs } = scene()
  const offsets = [...batchesIn(disk, FOLDER).keys()]
  disk.put(log(batchBegin(disk)), disk.readWhole(log(41)))
  const { plan, failures } = repairOn(disk, logDirs, { cure: 'salvage' })
  const { salvage } = plan.partitions.find(({ place }) => place.path === FOLDER)!
  expect([failures, salvage.lostOffsets]).toEqual([[], 0n])
  expect([...batchesIn(disk, FOLDER).keys()]).toEqual(offsets)
  expect(await findingsOf(disk, logDirs)).toEqual([])
})

test('one whose name lies within a batch: nothing is lost', async () => {
  const { disk, logDirs } = scene()
  const before = batchesIn(disk, FOLDER)
  disk.put(log(batchBegin(disk) + 1), disk.readWhole(log(41)))
  expectUnfit(disk, logDirs)
  const { plan, failures } = cureOf(disk, logDirs, 'salvage')
  expect([failures, plan.salvage.lostOffsets]).toEqual([[], 0n])
  expect(plan.salvage.lost).toHaveLength(1)
  await expectWhole(disk, logDirs, before)
})

test('a batch of which only the first offsets are there already is lost, with its other offsets', async () => {
  const { disk, logDirs } = scene()
  const begin = batchBegin(disk)
  const [first, behind] = splitAt(disk.readWhole(log(41)), BigInt(begin))
  const [straddling] = splitAt(behind, undefined)
  const shifted = Buffer.from(straddling)
  shifted.writeBigInt64BE(BigInt(begin + 1), 0)
  disk.put(log(41), Buffer.concat([first, straddling]))
  const [, more] = splitAt(behind.subarray(straddling.length), undefined)
  disk.put(log(begin + 1), Buffer.concat([shifted, more]))
  const { plan, failures } = cureOf(disk, logDirs, 'salvage')
  const lost = plan.salvage.lost.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])
  const goesOn = more.readBigInt64BE(0)
  const next = BigInt(begin) + BigInt(straddling.readInt32BE(23)) + 1n
  expect([failures, lost]).toEqual([[], [[next, goesOn - 1n]]])
  const reasons = plan.salvage.lost.flatMap(({ places }) => places.map(({ reason }) => reason))
  expect(reasons).toEqual([expect.stringMatching(/some of which are there already/)])
  expect(await findingsOf(disk, logDirs)).toEqual([])
})

test('of a partition in two log.dirs neither goes where each has what the other lacks', () => {
  const { disk, logDirs } = scene()
  for (const name of ['log', 'index', 'timeindex']) {
    const bytes = disk.readWhole(log(62).replace(/log$/, name))
    disk.put(log(62).replace('/b/', '/a/').replace(/log$/, name), bytes)
    disk.remove(log(62).replace(/log$/, name))
  }
  disk.put('/a/orders-0/partition.metadata', disk.readWhole(`${FOLDER}/partition.metadata`))
  const { twins, leftAlone } = planOn(disk, logDirs).plan
  expect(twins).toEqual([])
  const why = leftAlone.map(left => `${left.path}: ${left.why}`).join()
  expect(why).toMatch(/orders-0: a broker does not start over it beside .*orders-0, and neither is/)
  const folders = readLogDir(disk, '/a').partitions.map(({ path }) => path)
  expect(folders).toContain('/a/orders-0')
})
