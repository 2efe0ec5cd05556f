/** Damage of chance in a log that was whole: what it did not touch is there after a salvage, at its offset. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { Seeded } from '../../crash/seeded.ts'
import { batchesIn, damage, findingsOf, putFixture, repairOn } from './memory-repair.ts'

const RUNS = 60
const FOLDERS = ['orders-0', 'orders-1', 'orders-2']

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
