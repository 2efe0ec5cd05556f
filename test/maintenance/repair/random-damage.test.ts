/** Damage of chance in a log that was whole: what it did not touch is there after a salvage, at its offset. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readPartitionDirectory } from '../../../src/log/partition-directory.ts'
import { Seeded } from '../../crash/seeded.ts'
import { batchesIn, findingsOf, putFixture, repairOn } from './memory-repair.ts'

const RUNS = 60
const FOLDERS = ['orders-0', 'orders-1', 'orders-2']

function damage(disk: MemoryDisk, folder: string, random: Seeded): void {
  const { segments } = readPartitionDirectory(disk, folder)
  for (let place = random.between(1, 4); place > 0; place--) {
    const { path, size } = random.pick(segments).log
    const at = random.below(size)
    const length = Math.min(size - at, random.pick([1, 4, 30, 400]))
    const kind = random.pick(['flip', 'zeros', 'noise'])
    const bytes = disk.readWhole(path)
    for (let i = at; i < at + length; i++) {
      bytes[i] = kind === 'zeros' ? 0 : kind === 'flip' ? bytes[i]! ^ 0x21 : random.below(256)
    }
    disk.put(path, bytes)
  }
}

test('every batch that is intact after random damage is intact after its salvage', async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new Seeded(seed)
    const disk = new MemoryDisk()
    const [logDir] = putFixture(disk, 'damaged/index-garbage')
    const folder = FOLDERS.map(name => join(logDir!, name)).find(path => disk.status(path))!
    const whole = batchesIn(disk, folder)
    damage(disk, folder, random)
    const intact = [...batchesIn(disk, folder)].filter(([offset, bytes]) => {
      return whole.get(offset) === bytes
    })
    const { failures } = repairOn(disk, [logDir!], { cure: 'salvage' })
    expect(failures, `seed ${seed}`).toEqual([])
    const left = batchesIn(disk, folder)
    for (const [offset, bytes] of intact) {
      expect(left.get(offset), `offset ${offset}, seed ${seed}`).toBe(bytes)
    }
    const findings = await findingsOf(disk, [logDir!])
    const kinds = findings.map(({ kind }) => kind).filter(kind => !kind.startsWith('index'))
    expect(kinds, `seed ${seed}`).toEqual([])
  }
})
