/** Files of a whole log mixed up by chance: a salvage puts all of it in order, or leaves all of it as it is. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readPartitionDirectory } from '../../../src/log/partition-directory.ts'
import { segmentFileName } from '../../../src/log/file-names.ts'
import { Seeded } from '../../crash/seeded.ts'
import { batchesIn, damage, filesIn, findingsOf, putFixture, repairOn } from './memory-repair.ts'

const RUNS = 60
const FOLDER = '/b/orders-0'

/** Contents trade places, copies get names of their own, names are off by a few. */
function mixUp(disk: MemoryDisk, random: Seeded): void {
  for (let step = random.between(1, 3); step > 0; step--) {
    const { segments } = readPartitionDirectory(disk, FOLDER)
    const [one, other] = [random.pick(segments), random.pick(segments)]
    const bytes = disk.readWhole(one.log.path)
    const kind = random.pick(['swap', 'copy', 'rename'])
    if (kind === 'swap') {
      disk.put(one.log.path, disk.readWhole(other.log.path))
      disk.put(other.log.path, bytes)
      continue
    }
    const offset = one.baseOffset + BigInt(random.between(1, 30))
    const path = join(FOLDER, segmentFileName('log', offset))
    if (disk.status(path) !== undefined) continue
    disk.put(path, bytes)
    if (kind === 'rename') disk.remove(one.log.path)
  }
}

test('nothing of a log whose files are mixed up, and damaged perhaps, is lost by its salvage', async () => {
  let salvaged = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new Seeded(seed)
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, 'clean-4.3')
    const whole = batchesIn(disk, FOLDER)
    mixUp(disk, random)
    if (seed % 2 === 0) damage(disk, FOLDER, random)
    const held = batchesIn(disk, FOLDER)
    const mixed = filesIn(disk, FOLDER)
    const { plan } = repairOn(disk, logDirs, { cure: 'salvage' })
    const planned = plan.partitions.find(({ place }) => place.path === FOLDER)
    if (planned === undefined || planned.refusal !== undefined) {
      expect(filesIn(disk, FOLDER), `seed ${seed}`).toEqual(mixed)
      continue
    }
    salvaged++
    const left = batchesIn(disk, FOLDER)
    const intact = [...whole].filter(([offset, batch]) => held.get(offset) === batch)
    for (const [offset, batch] of intact) {
      expect(left.get(offset), `offset ${offset}, seed ${seed}`).toBe(batch)
    }
    for (const [offset, batch] of left) {
      expect(batch.slice(BODY), `seed ${seed}`).toBe(whole.get(offset)?.slice(BODY))
    }
    const kinds = (await findingsOf(disk, logDirs)).map(({ kind }) => kind)
    expect(
      kinds.filter(kind => kind !== 'segment-gap'),
      `seed ${seed}`,
    ).toEqual([])
  }
  expect(salvaged).toBeGreaterThan(RUNS / 2)
})

/** Hexadecimal digits of a batch before its checksum, which covers none of them. */
const BODY = 34
