/** Backups of a repair that is interrupted or fails: what is in one is whole, and after the next repair there is one. */
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { DiskError } from '../../../src/base/errors.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { diskWith } from '../../../src/disk/disk-with.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { FaultyDisk } from '../../crash/faulty-disk.ts'
import { Seeded } from '../../crash/seeded.ts'
import { failing } from '../../log/failing-disk.ts'
import { findingsOf, putFixture, repairOn } from './memory-repair.ts'

const CALLS_MAX = 2000

function refuseLinks(disk: Disk): Disk {
  return diskWith(disk, {
    link(existing) {
      const cause = Object.assign(new Error('EXDEV'), { code: 'EXDEV' })
      throw new DiskError('link', existing, cause)
    },
  })
}

const LINKING: readonly (readonly [how: string, wrap: (disk: Disk) => Disk])[] = [
  ['linked', disk => disk],
  ['copied', refuseLinks],
]

/** Each disk that a loss of power leaves, at each call of a repair. */
function* crashes(fixture: string, wrap: (disk: Disk) => Disk) {
  for (let at = 0, isOver = false; !isOver; at++) {
    expect(at).toBeLessThan(CALLS_MAX)
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, fixture)
    const random = new Seeded(at)
    const faulty = new FaultyDisk(disk, { at, fault: 'power', below: '/' }, random)
    try {
      repairOn(wrap(faulty.disk), logDirs, { cure: 'salvage' })
    } catch {
      // The power is gone.
    }
    isOver = faulty.calls <= at
    yield { at, left: disk.crash(random.chance()), logDirs }
  }
}

const backupsIn = (disk: Disk, folder: string) =>
  disk.list(folder).flatMap(({ name, kind }) => (kind === 'directory' ? [join(folder, name)] : []))

const filesIn = (disk: Disk, folder: string) =>
  disk
    .list(folder)
    .map(({ name }) => [name, disk.readWhole(join(folder, name)).toString('hex')] as const)
const logsIn = (disk: Disk, folder: string) =>
  filesIn(disk, folder).filter(([name]) => name.endsWith('.log'))

describe.each(LINKING)('files that are %s', (_, wrap) => {
  test('are in the backup as they were, or named .partial, and all in one after the next repair', () => {
    const folder = '/log/orders-0'
    const disk = new MemoryDisk()
    putFixture(disk, 'damaged/truncated-segment')
    const before = new Map(logsIn(disk, folder))
    for (const { at, left, logDirs } of crashes('damaged/truncated-segment', wrap)) {
      for (const backup of backupsIn(left, folder)) {
        for (const [name, bytes] of logsIn(left, backup)) {
          expect(bytes === before.get(name), `${name} after call ${at}`).toBe(true)
        }
      }
      repairOn(wrap(left), logDirs, { cure: 'salvage' })
      const backups = backupsIn(left, folder)
      expect([at, backups.length]).toEqual([at, 1])
      const names = left.list(backups[0]!).map(({ name }) => name)
      expect([at, names.filter(name => /\.(partial|tmp)$/.test(name))]).toEqual([at, []])
      const [changed] = logsIn(left, backups[0]!).filter(([name]) => /41\.log$/.test(name))
      expect(changed?.[1]).toBe(before.get(changed![0]))
      expect(left.readWhole(`${backups[0]}/repair.json`).toString()).toContain('"finished": true')
    }
  })

  test('of a second copy of the partition are nowhere in part, but in a folder named .partial', async () => {
    const disk = new MemoryDisk()
    putFixture(disk, 'damaged/partition-twice')
    const [kept, moved] = ['/a/a.b_c-1-0', '/b/a.b_c-1-0']
    const before = filesIn(disk, moved)
    const same = (found: Disk, path: string) =>
      JSON.stringify(filesIn(found, path)) === JSON.stringify(before)
    for (const { at, left, logDirs } of crashes('damaged/partition-twice', wrap)) {
      const copies = () =>
        backupsIn(left, kept)
          .flatMap(backup => backupsIn(left, backup))
          .filter(path => !path.endsWith('.partial'))
      const isThere = left.status(moved) !== undefined && same(left, moved)
      for (const path of copies()) expect(same(left, path), `${path} after call ${at}`).toBe(true)
      expect(isThere || copies().some(path => same(left, path)), `after call ${at}`).toBe(true)
      repairOn(wrap(left), logDirs, { cure: 'salvage' })
      expect(
        copies().some(path => same(left, path)),
        `repaired after call ${at}`,
      ).toBe(true)
      expect(left.status(moved)).toBeUndefined()
      expect((await findingsOf(left, logDirs)).map(({ kind }) => kind)).toEqual([])
    }
  })
})

describe('a repair that fails before it has kept anything', () => {
  it.each([
    ['write', '/log/orders-0/00000000000000000041.log.cleaned'],
    ['create', '/log/orders-0/repair-'],
  ] as const)('at a %s leaves no backup', (op, below) => {
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, 'damaged/truncated-segment')
    const { failures } = repairOn(failing(disk, { op, below, errno: 'ENOSPC' }), logDirs, {
      cure: 'salvage',
    })
    expect(failures).toHaveLength(1)
    expect(backupsIn(disk, '/log/orders-0')).toEqual([])
  })
})

test('the note of an interrupted repair stays beside that of the next', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'damaged/truncated-segment')
  const folder = '/log/orders-0'
  const broken = failing(disk, { op: 'rename', below: `${folder}/00000000000000000041.index.swap` })
  expect(repairOn(broken, logDirs, { cure: 'salvage' }).failures).toHaveLength(1)
  const [backup] = backupsIn(disk, folder)
  const note = disk.readWhole(`${backup}/repair.json`)
  expect(note.toString()).toContain('"finished": false')
  expect(repairOn(disk, logDirs, { cure: 'salvage' }).failures).toEqual([])
  expect(backupsIn(disk, folder)).toEqual([backup])
  expect(disk.readWhole(`${backup}/earlier-repair.json`)).toEqual(note)
})

test('a repair elsewhere does not go on with that of another broker', () => {
  const folder = '/log/orders-0'
  const [disk, other] = [new MemoryDisk(), new MemoryDisk()]
  const logDirs = putFixture(disk, 'damaged/truncated-segment')
  putFixture(other, 'damaged/truncated-segment')
  const wish = { cure: 'salvage', backup: '/spare' } as const
  for (const each of [disk, other]) each.put('/spare/x', Buffer.alloc(0))
  const broken = failing(other, {
    op: 'rename',
    below: `${folder}/00000000000000000041.index.swap`,
  })
  repairOn(broken, logDirs, wish)
  const [theirs] = backupsIn(other, '/spare')
  const note = other.readWhole(`${theirs}/repair.json`).toString()
  disk.put(`${theirs}/repair.json`, Buffer.from(note.replaceAll(folder, '/other/orders-0')))
  repairOn(disk, logDirs, wish)
  expect(backupsIn(disk, '/spare')).toEqual([theirs, `${theirs}-2`])
  expect(disk.readWhole(`${theirs}/repair.json`).toString()).toContain('"finished": false')
})
