import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { readPartitionDirectory } from '../../src/log/partition-directory.ts'
import { floorSegment } from '../../src/log/segment.ts'
import { FIXTURE_NAMES, fixturePath, partitionsOf } from './fixture.ts'

describe("a partition's folder", () => {
  it('lists segments, snapshots and leftovers of a broker that was killed', () => {
    const path = fixturePath('killed-4.3', 'a', 'expired-0')
    const directory = readPartitionDirectory(nodeDisk, path)
    expect(directory).toMatchObject({ name: 'expired-0', topic: 'expired', partition: 0 })
    expect(directory.segments.map(({ baseOffset }) => baseOffset)).toEqual([38n, 76n])
    expect(directory.segments[0]).toMatchObject({
      log: { name: '00000000000000000038.log' },
      index: { name: '00000000000000000038.index' },
      timeIndex: { name: '00000000000000000038.timeindex' },
      snapshot: { name: '00000000000000000038.snapshot' },
    })
    expect(directory.snapshots.map(({ offset }) => offset)).toEqual([38n, 76n])
    expect(directory.leftovers.map(({ name, why }) => [name, why])).toEqual([
      ['00000000000000000000.index.deleted', 'deleted'],
      ['00000000000000000000.log.deleted', 'deleted'],
      ['00000000000000000000.timeindex.deleted', 'deleted'],
    ])
    expect(directory.leaderEpochs?.size).toBeGreaterThan(0)
    expect(directory.metadata?.size).toBe(43)
  })

  it('tells one that waits for deletion', () => {
    const gone = partitionsOf('killed-4.3').find(({ topic }) => topic === 'gone')
    expect(gone).toMatchObject({ topic: 'gone', partition: 0, state: 'deleted' })
  })

  it('knows the files of the metadata partition', () => {
    const path = fixturePath('clean-4.3', 'a', '__cluster_metadata-0')
    expect(readPartitionDirectory(nodeDisk, path).quorumState?.name).toBe('quorum-state')
  })

  it.each(FIXTURE_NAMES)('has no unknown file in %s', fixture => {
    for (const { leftovers } of partitionsOf(fixture)) {
      expect(leftovers.filter(({ why }) => why !== 'deleted')).toEqual([])
    }
  })

  it('gives a reason for everything it leaves over', () => {
    const disk = diskWith(
      '00000000000000000000.log',
      '00000000000000000005.index',
      '00000000000000000005.txnindex',
      '00000000000000000009.snapshot',
      '00000000000000000000.log.cleaned',
      '00000000000000000000.log.swap',
      '00000000000000000000.log.deleted',
      '00000000000000000098-0000000001.checkpoint',
      '00000000000000000099-0000000001-123.checkpoint.part',
      '00000000000000000097-0000000001.checkpoint.deleted',
      'partition.metadata.tmp',
      '7.log',
      'notes.txt',
      'folder/inside',
    )
    const directory = readPartitionDirectory(disk, '/d/t-0')
    expect(directory.segments).toHaveLength(1)
    expect(directory.snapshots.map(({ offset }) => offset)).toEqual([9n])
    expect(directory.checkpoints).toMatchObject([{ endOffset: 98n, epoch: 1 }])
    expect(Object.fromEntries(directory.leftovers.map(({ name, why }) => [name, why]))).toEqual({
      '00000000000000000000.log.cleaned': 'cleaned',
      '00000000000000000000.log.deleted': 'deleted',
      '00000000000000000000.log.swap': 'swap',
      '00000000000000000005.index': 'orphan-index',
      '00000000000000000005.txnindex': 'orphan-index',
      '00000000000000000097-0000000001.checkpoint.deleted': 'deleted',
      '00000000000000000099-0000000001-123.checkpoint.part': 'partial',
      '7.log': 'misnamed',
      folder: 'unknown',
      'notes.txt': 'unknown',
      'partition.metadata.tmp': 'temporary',
    })
    expect(directory.leftovers[0]?.path).toBe('/d/t-0/00000000000000000000.log.cleaned')
  })

  it('is read under any name, without a topic', () => {
    const disk = new MemoryDisk()
    disk.put('/evidence/00000000000000000000.log', Buffer.alloc(3))
    const directory = readPartitionDirectory(disk, '/evidence')
    expect(directory.topic).toBeUndefined()
    expect(directory.segments).toMatchObject([{ baseOffset: 0n, log: { size: 3 } }])
  })

  it('passes over a file that is gone when its size is asked', () => {
    const disk = diskWith('00000000000000000000.log', '00000000000000000000.index')
    const racing = Object.assign(Object.create(disk) as MemoryDisk, {
      list: (path: string) => disk.list(path),
      status: (path: string) => (path.endsWith('.index') ? undefined : disk.status(path)),
    })
    const [segment] = readPartitionDirectory(racing, '/d/t-0').segments
    expect(segment?.index).toBeUndefined()
  })
})

describe('the segment of an offset', () => {
  it('is the last that does not begin above it', () => {
    const { segments } = readPartitionDirectory(nodeDisk, fixturePath('clean-4.3', 'a', 'orders-1'))
    expect(segments.map(({ baseOffset }) => baseOffset)).toEqual([0n, 23n, 47n, 71n, 93n])
    const found = [0n, 22n, 23n, 46n, 93n, 5000n].map(offset => floorSegment(segments, offset))
    expect(found).toEqual([0, 0, 1, 1, 4, 4])
    expect(floorSegment(segments.slice(1), 22n)).toBe(-1)
  })
})

function diskWith(...names: readonly string[]): MemoryDisk {
  const disk = new MemoryDisk()
  for (const name of names) disk.put(`/d/t-0/${name}`, Buffer.alloc(0))
  return disk
}
