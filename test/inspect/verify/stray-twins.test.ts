/** A partition that lies there twice, beside the metadata log of its broker. */
import { expect, it } from 'vitest'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { findingsOf, putFixture } from '../../maintenance/repair/memory-repair.ts'

const ID = 'partition.metadata'
const OTHER_ID = Buffer.from('version: 0\ntopic_id: RlBCWHx6SVGREj681rKCGQ')
const TWICE = ['a/big-0', 'b/big-0'] as const

/** `big-0` in both log.dirs. */
function twice(): MemoryDisk {
  const disk = new MemoryDisk()
  putFixture(disk, 'clean-4.3')
  for (const { name } of disk.list('/a/big-0')) {
    disk.put(`/b/big-0/${name}`, disk.readWhole(`/a/big-0/${name}`))
  }
  return disk
}

async function kindsIn(disk: Disk): Promise<string[]> {
  const findings = await findingsOf(disk, ['/a', '/b'])
  return findings.map(({ kind, file }) => `${kind} ${file.replace(/^\//, '')}`)
}

it('keeps a broker from starting where both have the id of their topic', async () => {
  expect(await kindsIn(twice())).toEqual(['partition-twice b/big-0'])
})

it.each(TWICE)('lets it start where %s has the id of no topic', async stray => {
  const disk = twice()
  disk.put(`/${stray}/${ID}`, OTHER_ID)
  const other = TWICE.find(path => path !== stray)
  const [finding, ...more] = await findingsOf(disk, ['/a', '/b'])
  expect(more).toEqual([])
  expect(finding).toMatchObject({ kind: 'stray-twin', severity: 'warning', file: `/${stray}` })
  expect(finding?.expected).toContain(`/${other}`)
  expect(finding?.atStart).toBe('renames the folder to -stray')
})

it('lets it start where one has no id', async () => {
  const disk = twice()
  disk.remove(`/a/big-0/${ID}`)
  expect(await kindsIn(disk)).toEqual(['stray-twin a/big-0'])
})

it('is told as two folders with a wrong id where none of them is served', async () => {
  const disk = twice()
  for (const path of TWICE) disk.put(`/${path}/${ID}`, OTHER_ID)
  expect(await kindsIn(disk)).toEqual([`topic-id a/big-0/${ID}`, `topic-id b/big-0/${ID}`])
})

it('is believed to keep it from starting where the metadata log can not be read as a whole', async () => {
  const disk = twice()
  disk.put(`/b/big-0/${ID}`, OTHER_ID)
  const log = '/a/__cluster_metadata-0/00000000000000000000.log'
  const bytes = Buffer.from(disk.readWhole(log))
  disk.put(log, bytes.fill(1, 200, 220))
  expect(await kindsIn(disk)).toContain('partition-twice b/big-0')
})
