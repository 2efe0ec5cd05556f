/** Partitions that the metadata log has in a log.dir, and whose folder is gone from it. */
import { expect, it } from 'vitest'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { findingsOf, putFixture } from '../../maintenance/repair/memory-repair.ts'

const CHECKPOINTS = ['recovery-point-offset-checkpoint', 'replication-offset-checkpoint']

/** Without a folder of `b`, and without what `b` noted of it. */
function without(...names: readonly string[]): MemoryDisk {
  const disk = new MemoryDisk()
  putFixture(disk, 'clean-4.3')
  for (const name of names) {
    for (const file of disk.list(`/b/${name}`)) disk.remove(`/b/${name}/${file.name}`)
    disk.removeDirectory(`/b/${name}`)
  }
  for (const name of CHECKPOINTS) disk.remove(`/b/${name}`)
  return disk
}

async function kindsIn(disk: Disk, paths: readonly string[] = ['/a', '/b']): Promise<string[]> {
  const findings = await findingsOf(disk, paths)
  return findings.map(({ kind, file }) => `${kind} ${file.replace(/^\//, '')}`)
}

it('is told of each, as an error', async () => {
  const [finding, ...more] = await findingsOf(without('orders-0', 'orders-2'), ['/a', '/b'])
  expect(finding).toMatchObject({
    kind: 'partition-missing',
    severity: 'error',
    file: '/b/orders-0',
  })
  expect(finding?.atStart).toContain('makes the partition anew, empty')
  expect(more.map(({ file }) => file)).toEqual(['/b/orders-2'])
})

it('is not told of log.dirs that are not among those to verify', async () => {
  expect(await kindsIn(without('orders-0'), ['/a'])).toEqual([])
  expect(await kindsIn(without('orders-0'), ['/b'])).toEqual([])
})

it('is not told where the folder lies in another log.dir, or is being moved there', async () => {
  for (const name of ['orders-0', 'orders-0.0123456789abcdef0123456789abcdef-future']) {
    const disk = without()
    for (const { name: file } of disk.list('/b/orders-0')) {
      disk.put(`/a/${name}/${file}`, disk.readWhole(`/b/orders-0/${file}`))
      disk.remove(`/b/orders-0/${file}`)
    }
    disk.removeDirectory('/b/orders-0')
    expect((await kindsIn(disk)).filter(line => line.startsWith('partition-missing'))).toEqual([])
  }
})

it('is left open where the metadata log can not be read as a whole', async () => {
  const disk = without('orders-0')
  const log = '/a/__cluster_metadata-0/00000000000000000000.log'
  disk.put(log, Buffer.from(disk.readWhole(log)).fill(1, 200, 220))
  const kinds = await kindsIn(disk)
  expect(kinds).not.toEqual([])
  expect(kinds.filter(line => line.startsWith('partition-missing'))).toEqual([])
})
