import { expect, test } from 'vitest'
import { diskWith } from '../../../src/disk/disk-with.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
import { planOn, putFixture, repairOn } from './memory-repair.ts'

function repaired(name: string, clusterId?: string) {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, `damaged/${name}`)
  const wish = { cure: 'salvage', ...(clusterId !== undefined && { clusterId }) } as const
  const { plan, failures } = repairOn(disk, logDirs, wish)
  expect(failures).toEqual([])
  return { disk, plan }
}

test('offsets beyond the end of a log are lowered to it, and the file before is kept', () => {
  const { disk } = repaired('checkpoint-past-end')
  const { recoveryPoint, highWatermark } = readLogDir(disk, '/log').checkpoints
  expect([recoveryPoint.get('orders-0'), highWatermark.get('orders-0')]).toEqual([72n, 72n])
  const [backup] = disk.list('/log/orders-0').filter(({ kind }) => kind === 'directory')
  const kept = disk.list(`/log/orders-0/${backup!.name}`).map(({ name }) => name)
  expect(kept).toContain('recovery-point-offset-checkpoint')
})

test('a log start beyond the end is taken away, over which a broker would delete the log', () => {
  const { disk } = repaired('log-start-past-end')
  expect(readLogDir(disk, '/log').checkpoints.logStart.size).toBe(0)
})

test('a log.dir of another cluster becomes one of the cluster that is told', () => {
  const clusterId = 'Zml4dHVyZXMta2Jyb2tlcg'
  const { disk } = repaired('foreign-cluster', clusterId)
  expect(readLogDir(disk, '/b').meta?.clusterId).toBe(clusterId)
  const names = disk.list('/b').map(({ name }) => name)
  expect(names.filter(name => name.startsWith('meta.properties.before-repair-'))).toHaveLength(1)
})

test('a cluster that none of the log.dirs is of is refused', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'damaged/foreign-cluster')
  expect(() => planOn(disk, logDirs, { clusterId: 'mistyped' })).toThrow(
    /none of these log.dirs is of cluster/,
  )
})

test('of a partition in two log.dirs one stays, the other is in its backup', () => {
  const { disk, plan } = repaired('partition-twice')
  expect(plan.twins.map(({ moved }) => moved)).toEqual(['/b/a.b_c-1-0'])
  expect(disk.status('/b/a.b_c-1-0')).toBeUndefined()
  const [backup] = disk.list('/a/a.b_c-1-0').filter(({ kind }) => kind === 'directory')
  const [moved] = disk.list(`/a/a.b_c-1-0/${backup!.name}`)
  expect(moved!.name).toBe('a.b_c-1-0.from-b')
})

test('of a partition in two log.dirs neither goes where a broker puts one of them aside', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'clean-4.3')
  for (const { name } of disk.list('/a/big-0')) {
    disk.put(`/b/big-0/${name}`, disk.readWhole(`/a/big-0/${name}`))
  }
  expect(planOn(disk, logDirs).plan.twins).toMatchObject([{ moved: '/b/big-0' }])
  disk.put(
    '/a/big-0/partition.metadata',
    Buffer.from('version: 0\ntopic_id: RlBCWHx6SVGREj681rKCGQ'),
  )
  const { twins, leftAlone } = planOn(disk, logDirs).plan
  expect(twins).toEqual([])
  expect(leftAlone.map(({ path, why }) => [path, why.slice(0, 31)])).toEqual([
    ['/a/big-0', 'a broker renames it to -stray: '],
  ])
})

test('of a partition in two log.dirs neither goes where the longer one has lost what the other has', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'clean-4.3')
  for (const { name } of disk.list('/b/orders-0')) {
    if (/62\.(log|index|timeindex)$/.test(name)) continue
    disk.put(`/a/orders-0/${name}`, disk.readWhole(`/b/orders-0/${name}`))
  }
  expect(planOn(disk, logDirs).plan.twins).toMatchObject([{ moved: '/a/orders-0' }])
  const log = '/b/orders-0/00000000000000000020.log'
  const bytes = disk.readWhole(log)
  bytes[300]! ^= 1
  disk.put(log, bytes)
  expect(repairOn(disk, ['/b'], { cure: 'salvage' }).failures).toEqual([])
  const { twins, leftAlone } = planOn(disk, logDirs).plan
  expect(twins).toEqual([])
  expect(leftAlone).toMatchObject([{ path: '/a/orders-0', stops: true }])
  expect(leftAlone[0]!.why).toMatch(/beside \/b\/orders-0, and it lacks offset 2\d, which is here/)
})

test('a log that is shorter than it was listed with is not taken for what is left of it', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'damaged/bit-flip-crc')
  const log = '/log/orders-0/00000000000000000062.log'
  const shrinking = diskWith(disk, {
    open: path => {
      if (path === log) disk.put(log, disk.readWhole(log).subarray(0, 200))
      return disk.open(path)
    },
  })
  expect(String(planOn(shrinking, logDirs).failures)).toMatch(/62\.log.*the file shrank/)
})

test('log.dirs of two nodes have no partition twice', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'damaged/partition-twice')
  const meta = disk.readWhole('/b/meta.properties').toString()
  disk.put('/b/meta.properties', Buffer.from(meta.replace(/node.id=\d+/, 'node.id=77')))
  expect(planOn(disk, logDirs).plan.twins).toEqual([])
})

test('a folder that a partition is moved to, beside the one it is moved from, is in the backup', () => {
  const { disk } = repaired('future-beside-log')
  const folders = readLogDir(disk, '/log').partitions.map(({ parsed }) => parsed.state)
  expect(folders).toEqual(['live'])
})

test('a move whose log is in another log.dir goes on, whatever is stale', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'damaged/leftover-folders')
  const future = readLogDir(disk, '/log').partitions.find(each => each.parsed.state === 'future')!
  const { topic, partition } = future.parsed
  disk.put(`/other/${topic}-${partition}/00000000000000000000.log`, Buffer.alloc(0))
  const { plan } = planOn(disk, [...logDirs, '/other'], { backup: '/elsewhere', movesStale: true })
  expect(plan.stale.map(({ state }) => state)).toEqual(['deleted', 'stray'])
})

test('folders that nothing is served from stay, or go to the backup with all that is in them', () => {
  const disk = new MemoryDisk()
  const logDirs = putFixture(disk, 'damaged/leftover-folders')
  const states = () => readLogDir(disk, '/log').partitions.map(({ parsed }) => parsed.state)
  const log = `topic-0.${'0123456789abcdef'.repeat(2)}-delete/00000000000000000000.log`
  const bytes = disk.readWhole(`/log/${log}`)
  const before = states()
  const left = repairOn(disk, logDirs, { cure: 'salvage' })
  expect([left.plan.stale, left.plan.leftAlone.length, states()]).toEqual([[], 3, before])
  disk.makeDirectory('/elsewhere')
  const wish = { cure: 'salvage', backup: '/elsewhere', movesStale: true } as const
  const { plan, failures } = repairOn(disk, logDirs, wish)
  expect([failures, plan.stale.map(({ state }) => state)]).toEqual([
    [],
    ['deleted', 'future', 'stray'],
  ])
  expect(states()).toEqual(before.filter(state => state === 'live'))
  const [backup] = disk.list('/elsewhere').filter(({ name }) => name.startsWith('topic-0.'))
  expect(disk.readWhole(`/elsewhere/${backup!.name}/${log}`)).toEqual(bytes)
})
