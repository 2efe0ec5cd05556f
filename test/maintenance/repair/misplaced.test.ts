/** Segments whose offsets reach into one another: what no cure puts in order is left as it is, and told. */
import { expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
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

test.each(['salvage', 'like-kafka'] as const)('two logs under each other’s names: %s', cure => {
  const { disk, logDirs } = scene()
  swapContents(disk)
  const before = filesIn(disk, FOLDER)
  const { plan } = repairOn(disk, logDirs, { cure })
  const refusal = plan.partitions.find(({ place }) => place.path === FOLDER)?.refusal
  expect(refusal).toMatch(/41\.log holds offsets 20 to .* where nobody finds them/)
  expect(filesIn(disk, FOLDER)).toEqual(before)
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

test.each(['salvage', 'like-kafka'] as const)('one whose name lies within a batch: %s', cure => {
  const { disk, logDirs } = scene()
  disk.put(log(batchBegin(disk) + 1), disk.readWhole(log(41)))
  const before = filesIn(disk, FOLDER)
  const { plan } = repairOn(disk, logDirs, { cure })
  const { refusal } = plan.partitions.find(({ place }) => place.path === FOLDER)!
  expect(refusal).toMatch(/a batch of 0+41\.log reaches up to offset/)
  expect(filesIn(disk, FOLDER)).toEqual(before)
})

test('of a partition in two log.dirs neither goes where each has what the other lacks', () => {
  const { disk, logDirs } = scene()
  for (const name of ['log', 'index', 'timeindex']) {
    const bytes = disk.readWhole(log(62).replace(/log$/, name))
    disk.put(log(62).replace('/b/', '/a/').replace(/log$/, name), bytes)
    disk.remove(log(62).replace(/log$/, name))
  }
  const { twins, leftAlone } = planOn(disk, logDirs).plan
  expect(twins).toEqual([])
  const why = leftAlone.map(left => `${left.path}: ${left.why}`).join()
  expect(why).toMatch(/orders-0: a broker does not start over it beside .*orders-0, and neither is/)
  const folders = readLogDir(disk, '/a').partitions.map(({ path }) => path)
  expect(folders).toContain('/a/orders-0')
})
