import { describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { checkpointKey, readLogDir } from '../../src/log-dirs/log-dir.ts'
import { answeredOffsets, FIXTURE_NAMES, fixturePath, logDirsOf } from '../log/fixture.ts'

describe('a log.dir', () => {
  it('is read as Apache Kafka left it at a clean shutdown', () => {
    const logDir = readLogDir(nodeDisk, fixturePath('clean-4.3', 'a'))
    expect(logDir.meta).toMatchObject({ version: 1, nodeId: 1 })
    expect(logDir.cleanShutdown?.brokerEpoch).toBe(11n)
    expect(logDir.lockFileExists).toBe(false)
    expect(logDir.bootstrapPath).toBe(fixturePath('clean-4.3', 'a', 'bootstrap.checkpoint'))
    expect(logDir.checkpoints.recoveryPoint.get('orders-1')).toBe(101n)
    expect(logDir.checkpoints.logStart.size).toBe(0)
    expect(logDir.partitions.map(({ name }) => name)).toEqual([
      '__cluster_metadata-0',
      'a.b_c-1-0',
      'big-0',
      'orders-1',
      'records-none-0',
      'records-snappy-0',
      'records-zstd-0',
    ])
  })

  it('is read as Apache Kafka left it when it was killed', () => {
    const logDir = readLogDir(nodeDisk, fixturePath('killed-4.3', 'a'))
    expect(logDir.cleanShutdown).toBeUndefined()
    expect(logDir.checkpoints.logStart.get('expired-0')).toBe(50n)
    const states = logDir.partitions.map(({ parsed }) => `${parsed.topic} ${parsed.state}`)
    expect(states).toContain('gone deleted')
    expect(states).toContain('moving future')
  })

  it.each(FIXTURE_NAMES)('has nothing wrong, and nothing strange, in %s', fixture => {
    for (const path of logDirsOf(fixture)) {
      const { damages, refused, failures, strangers, temporaries } = readLogDir(nodeDisk, path)
      expect({ damages, refused, failures, strangers, temporaries }).toEqual({
        damages: [],
        refused: [],
        failures: [],
        strangers: [],
        temporaries: [],
      })
    }
  })

  it('has checkpointed the log end offsets that a broker answered', () => {
    const answers = answeredOffsets('clean-4.3').filter(({ time }) => time === 'latest')
    const dirs = logDirsOf('clean-4.3').map(path => readLogDir(nodeDisk, path))
    for (const { folder, offset } of answers) {
      const found = dirs.map(({ checkpoints }) => checkpoints.highWatermark.get(folder))
      expect(found).toContain(offset)
    }
  })

  it('tells strangers, unfinished writes and damages apart', () => {
    const disk = new MemoryDisk()
    disk.put('/d/meta.properties', Buffer.from('version=1\n'))
    disk.put('/d/.lock', Buffer.alloc(0))
    disk.put('/d/recovery-point-offset-checkpoint', Buffer.from('0\n2\nt 0 5\n'))
    disk.put('/d/recovery-point-offset-checkpoint.tmp', Buffer.alloc(0))
    disk.put('/d/notes.txt', Buffer.alloc(0))
    disk.put('/d/other.tmp', Buffer.alloc(0))
    disk.put('/d/lost+found/x', Buffer.alloc(0))
    disk.put('/d/remote-log-index-cache/x', Buffer.alloc(0))
    disk.put('/d/t-0/00000000000000000000.log', Buffer.alloc(0))
    const logDir = readLogDir(disk, '/d')
    expect(logDir.lockFileExists).toBe(true)
    expect(logDir.strangers).toEqual([
      { name: 'lost+found', kind: 'directory' },
      { name: 'notes.txt', kind: 'file' },
      { name: 'other.tmp', kind: 'file' },
    ])
    expect(logDir.temporaries).toEqual(['recovery-point-offset-checkpoint.tmp'])
    expect(logDir.partitions).toMatchObject([{ name: 't-0', path: '/d/t-0' }])
    expect(logDir.checkpoints.recoveryPoint.get(checkpointKey({ topic: 't', partition: 0 }))).toBe(
      5n,
    )
    expect(logDir.damages.map(({ file, found }) => [file, found])).toEqual([
      ['/d/meta.properties', 'no cluster.id'],
      ['/d/meta.properties', 'no node.id'],
      ['/d/recovery-point-offset-checkpoint', '"2"'],
    ])
  })

  it('goes on over a file that it may not read', () => {
    const disk = new MemoryDisk()
    disk.put('/d/meta.properties', Buffer.from('version=0\n'))
    disk.put('/d/cleaner-offset-checkpoint', Buffer.from('0\n1\nt 0 5\n'))
    const failure = new DiskError('open', '/d/meta.properties', new Error('no'))
    const refusing = Object.assign(Object.create(disk) as MemoryDisk, {
      list: (path: string) => disk.list(path),
      readWhole: (path: string) => {
        if (path === failure.path) throw failure
        return disk.readWhole(path)
      },
    })
    const logDir = readLogDir(refusing, '/d')
    expect(logDir.meta).toBeUndefined()
    expect(logDir.failures).toEqual([failure])
    expect(logDir.checkpoints.cleaner.get('t-0')).toBe(5n)
  })

  it('fails where the directory itself is missing', () => {
    expect(() => readLogDir(new MemoryDisk(), '/d')).toThrow(DiskError)
  })
})
