import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkpointFileName,
  parseCheckpointFileName,
  parsePartitionFolder,
  parseSegmentFileName,
  partitionFolderName,
  segmentFileName,
  deletedFolderName,
} from '../../src/log/file-names.ts'

const INT64_MAX = 0x7fffffffffffffffn

describe('the name of a segment file', () => {
  it.each([
    ['00000000000000000000.log', 'log', 0n, 'live'],
    ['00000000000000000038.index', 'index', 38n, 'live'],
    ['00000000000000000038.timeindex.deleted', 'timeindex', 38n, 'deleted'],
    ['00000000000000000038.txnindex.cleaned', 'txnindex', 38n, 'cleaned'],
    ['00000000000000000038.log.swap', 'log', 38n, 'swap'],
    ['00009223372036854775807.snapshot'.slice(3), 'snapshot', INT64_MAX, 'live'],
  ])('%s tells kind, base offset and state', (name, kind, baseOffset, state) => {
    expect(parseSegmentFileName(name)).toEqual({ kind, baseOffset, state, wellFormed: true })
  })

  it('is not well formed without its 20 digits', () => {
    expect(parseSegmentFileName('5.log')).toMatchObject({ baseOffset: 5n, wellFormed: false })
    expect(parseSegmentFileName('000000000000000000005.log')?.wellFormed).toBe(false)
  })

  it.each([
    'leader-epoch-checkpoint',
    '00000000000000000000.logx',
    '00000000000000000000.log.tmp',
    '-0000000000000000001.log',
    '99999999999999999999.log',
    '00000000000000000000.checkpoint',
    '.log',
    '',
  ])('%j is none', name => {
    expect(parseSegmentFileName(name)).toBeUndefined()
  })

  it('is parsed to what it was built from', () => {
    const kinds = fc.constantFrom('log', 'index', 'timeindex', 'txnindex', 'snapshot')
    const offsets = fc.bigInt({ min: 0n, max: INT64_MAX })
    fc.assert(
      fc.property(kinds, offsets, (kind, baseOffset) => {
        const parsed = parseSegmentFileName(segmentFileName(kind, baseOffset))
        expect(parsed).toEqual({ kind, baseOffset, state: 'live', wellFormed: true })
      }),
    )
  })
})

describe('the name of a KRaft snapshot', () => {
  it('tells end offset and epoch', () => {
    const name = '00000000000000000098-0000000003.checkpoint'
    expect(parseCheckpointFileName(name)).toEqual({ endOffset: 98n, epoch: 3, state: 'live' })
    expect(checkpointFileName(98n, 3)).toBe(name)
  })

  it('tells one that is being written, or waits for deletion', () => {
    const front = '00000000000000000098-0000000003'
    expect(parseCheckpointFileName(`${front}-123456.checkpoint.part`)?.state).toBe('partial')
    expect(parseCheckpointFileName(`${front}.checkpoint.deleted`)?.state).toBe('deleted')
  })

  it.each([
    'bootstrap.checkpoint',
    '98-3.checkpoint',
    '00000000000000000098-9999999999.checkpoint',
    '00000000000000000098.checkpoint',
    '00000000000000000098-0000000003.checkpoint.part',
  ])('%s is none', name => {
    expect(parseCheckpointFileName(name)).toBeUndefined()
  })
})

describe("the name of a partition's folder", () => {
  it.each([
    ['orders-0', 'orders', 0],
    ['a.b_c-1-0', 'a.b_c-1', 0],
    ['__cluster_metadata-0', '__cluster_metadata', 0],
    ['x-delete-7', 'x-delete', 7],
  ])('%s is divided at its last -', (name, topic, partition) => {
    expect(parsePartitionFolder(name)).toEqual({ topic, partition, state: 'live' })
  })

  it.each([
    ['delete', 'deleted'],
    ['future', 'future'],
    ['stray', 'stray'],
  ])('ends in a unique id and -%s', (suffix, state) => {
    const uniqueId = 'f70ae12851374242b0c3d0d410062c15'
    const name = `a.b-3.${uniqueId}-${suffix}`
    expect(parsePartitionFolder(name)).toEqual({ topic: 'a.b', partition: 3, state, uniqueId })
  })

  it.each([
    'lost+found',
    'orders',
    'orders-',
    '-0',
    'orders-x',
    'orders-2147483648',
    'orders-0-delete',
    'orders.abc-delete',
    'a b-0.abc-delete',
    'remote-log-index-cache',
    '',
  ])('%j is none', name => {
    expect(parsePartitionFolder(name)).toBeUndefined()
  })

  it('is parsed to what it was built from', () => {
    const folders = fc.record({
      topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,60}$/),
      partition: fc.integer({ min: 0, max: 0x7fffffff }),
      state: fc.constantFrom('live', 'deleted', 'future', 'stray'),
    })
    fc.assert(
      fc.property(folders, fc.stringMatching(/^[0-9a-f]{32}$/), (folder, uniqueId) => {
        const whole = folder.state === 'live' ? folder : { ...folder, uniqueId }
        expect(parsePartitionFolder(partitionFolderName(whole))).toEqual(whole)
      }),
    )
  })

  it('never fails, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        parsePartitionFolder(name)
        parseSegmentFileName(name)
        parseCheckpointFileName(name)
      }),
    )
  })
})

describe('the name of a folder to be deleted', () => {
  const uniqueId = 'bbfbd4399a8f419eacce0c4f61d65adc'

  it('is parsed back', () => {
    const name = deletedFolderName({ topic: 'a.b-c', partition: 12 }, uniqueId)
    expect(name).toBe(`a.b-c-12.${uniqueId}-delete`)
    const parsed = { topic: 'a.b-c', partition: 12, state: 'deleted', uniqueId }
    expect(parsePartitionFolder(name)).toEqual(parsed)
  })

  it('has its topic cut where a file system would not take it', () => {
    const name = deletedFolderName({ topic: 'x'.repeat(249), partition: 3 }, uniqueId)
    expect(name).toHaveLength(255)
    expect(name).toMatch(/^x+-3\.[0-9a-f]{32}-delete$/)
  })
})
