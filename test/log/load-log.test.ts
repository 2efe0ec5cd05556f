/** The rows of the table at the top of src/log/load-log.ts, one by one. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { encodeLeaderEpochCheckpoint } from '../../src/log/leader-epoch-checkpoint.ts'
import { encodeProducerSnapshot } from '../../src/log/producer-snapshot.ts'
import { ABORTED_TRANSACTION } from '../../src/log/transaction-index.ts'
import { load, SCENE_CONFIG, threeSegments } from './loaded-scene.ts'
import { newBatch, placedAt } from './new-batch.ts'
import { FOLDER, newDisk, openLog, pathOf, segmentFiles } from './new-log.ts'

const EMPTY = Buffer.alloc(0)
const NO_PRODUCERS = encodeProducerSnapshot([])

let disk: MemoryDisk

beforeEach(async () => {
  disk = await threeSegments()
})

/** What lies there once the log was loaded as one that was closed. */
const cleanly = { isClean: true, recoveryPoint: 8n }

describe('a log that is loaded', () => {
  it('is left as it is where nothing is wrong', () => {
    const before = segmentFiles(disk)
    const { loaded, told } = load(disk, cleanly)
    expect(told).toEqual([])
    expect(segmentFiles(disk)).toEqual(before)
    expect(before).toContain('8.snapshot')
    expect(loaded.segments.map(({ baseOffset }) => baseOffset)).toEqual([0n, 3n, 6n])
    expect(loaded).toMatchObject({ logStartOffset: 0n, endOffset: 8n, recoveryPoint: 8n })
  })

  it.each<[string, number, object]>([
    ['where the last index entry leads to no whole batch', 590, { logEndOffset: 6n, bytes: 590 }],
    ['where nothing is behind it', 300, { logEndOffset: 6n, bytes: 300 }],
    ['where nothing is left', 0, { logEndOffset: 6n, bytes: 0 }],
  ])('ends earlier than noted %s, and tells it', (_, size, end) => {
    disk.put(pathOf('log', 6), disk.readWhole(pathOf('log', 6)).subarray(0, size))
    const { loaded, actions } = load(disk, cleanly)
    expect(actions[0]).toEqual({
      kind: 'end-taken-earlier',
      path: pathOf('log', 6),
      notedOffset: 8n,
      position: 0,
      ...end,
    })
    expect(loaded.endOffset).toBe(6n)
    expect(disk.readWhole(pathOf('log', 6))).toHaveLength(size)
  })

  it('tells bytes behind its end, though they are no batch that was noted', () => {
    const bytes = disk.readWhole(pathOf('log', 6))
    disk.put(pathOf('log', 6), Buffer.concat([bytes, newBatch().subarray(0, 50)]))
    expect(load(disk, cleanly).actions).toEqual([
      {
        kind: 'end-taken-earlier',
        path: pathOf('log', 6),
        logEndOffset: 8n,
        position: 600,
        bytes: 50,
      },
    ])
  })

  it('loses what was deleted, and the compaction that did not finish, but no KRaft snapshot', () => {
    const kept = `${FOLDER}/00000000000000000007-0000000001.checkpoint.deleted`
    for (const path of [`${pathOf('log', 0)}.deleted`, `${pathOf('log', 3)}.cleaned`, kept]) {
      disk.put(path, EMPTY)
    }
    expect(load(disk, cleanly).told).toEqual([
      'leftover-removed 0.log.deleted',
      'leftover-removed 3.log.cleaned',
    ])
    expect(disk.status(kept)).toBeDefined()
    expect(disk.status(`${pathOf('log', 3)}.cleaned`)).toBeUndefined()
  })

  it('loses a swap at or behind the lowest file of the compaction it belongs to', () => {
    for (const name of [`${pathOf('index', 3)}.cleaned`, `${pathOf('log', 3)}.swap`]) {
      disk.put(name, EMPTY)
    }
    disk.put(`${pathOf('log', 6)}.swap`, EMPTY)
    const before = disk.readWhole(pathOf('log', 3))
    expect(load(disk, cleanly).told).toEqual([
      'leftover-removed 3.log.swap',
      'leftover-removed 6.log.swap',
      'leftover-removed 3.index.cleaned',
    ])
    expect(disk.readWhole(pathOf('log', 3))).toEqual(before)
  })

  it('completes any other swap, which replaces all segments in its range', () => {
    const both = Buffer.concat([disk.readWhole(pathOf('log', 0)), disk.readWhole(pathOf('log', 3))])
    disk.put(`${pathOf('log', 0)}.swap`, both)
    for (const kind of ['index', 'timeindex'] as const) disk.put(`${pathOf(kind, 0)}.swap`, EMPTY)
    const { loaded, told } = load(disk, cleanly)
    expect(told).toEqual([
      'replaced-removed 0.index',
      'replaced-removed 0.log',
      'replaced-removed 0.timeindex',
      'replaced-removed 3.index',
      'replaced-removed 3.log',
      'replaced-removed 3.snapshot',
      'replaced-removed 3.timeindex',
      'swap-completed 0.index',
      'swap-completed 0.log',
      'swap-completed 0.timeindex',
    ])
    expect(loaded.segments.map(({ baseOffset }) => baseOffset)).toEqual([0n, 6n])
    expect(disk.readWhole(pathOf('log', 0))).toEqual(both)
    expect(loaded.endOffset).toBe(8n)
  })

  it('does without a log whose name has not 20 digits, and leaves it alone', () => {
    const misnamed = `${FOLDER}/9.log`
    disk.put(misnamed, newBatch())
    const { loaded, told } = load(disk, cleanly)
    expect(told).toEqual([])
    expect(loaded.segments).toHaveLength(3)
    expect(disk.readWhole(misnamed)).toEqual(newBatch())
  })

  it('loses an index without its log', () => {
    for (const kind of ['index', 'timeindex', 'txnindex'] as const) disk.put(pathOf(kind, 5), EMPTY)
    expect(load(disk, cleanly).told).toEqual([
      'orphan-index-removed 5.index',
      'orphan-index-removed 5.timeindex',
      'orphan-index-removed 5.txnindex',
    ])
    expect(segmentFiles(disk).filter(name => name.startsWith('5.'))).toEqual([])
  })

  it('is recovered where it has no offset index, which comes out as it was', () => {
    const before = disk.readWhole(pathOf('index', 3))
    disk.remove(pathOf('index', 3))
    disk.put(pathOf('timeindex', 3), EMPTY)
    const { told, actions } = load(disk, cleanly)
    expect(told).toContain('segment-recovered 3.log')
    expect(actions).toContainEqual(
      expect.objectContaining({ why: 'no-index', bytes: 900, batches: 3, nextOffset: 6n }),
    )
    expect(before).toHaveLength(16)
    expect(disk.readWhole(pathOf('index', 3))).toEqual(before)
    expect(disk.readWhole(pathOf('timeindex', 3))).toHaveLength(12)
  })

  it('is recovered where a transaction index names an abort before its segment', () => {
    const entry = { version: 0, producerId: 1n, firstOffset: 0n, lastStableOffset: 3n }
    disk.put(pathOf('txnindex', 3), ABORTED_TRANSACTION.encode({ ...entry, lastOffset: 2n }))
    const { actions } = load(disk, cleanly)
    expect(actions).toContainEqual(expect.objectContaining({ why: 'transaction-index' }))
    expect(disk.readWhole(pathOf('txnindex', 3))).toEqual(EMPTY)
  })

  it.each([
    [0x0100, ['transaction-index']],
    [0x00ff, []],
  ])(
    'is recovered where its transaction index has a version that Kafka does not know: %d',
    (version, why) => {
      const entry = {
        version,
        producerId: 1n,
        firstOffset: 3n,
        lastOffset: 4n,
        lastStableOffset: 5n,
      }
      disk.put(pathOf('txnindex', 3), ABORTED_TRANSACTION.encode(entry))
      const { actions } = load(disk, cleanly)
      const recovered = actions.filter(action => action.kind === 'segment-recovered')
      expect(recovered.map(action => action.why)).toEqual(why)
    },
  )

  it('believes a transaction index that does not contradict its name', () => {
    const entry = { version: 0, producerId: 1n, firstOffset: 0n, lastStableOffset: 4n }
    disk.put(pathOf('txnindex', 3), ABORTED_TRANSACTION.encode({ ...entry, lastOffset: 3n }))
    expect(load(disk, cleanly).told).toEqual([])
    expect(disk.readWhole(pathOf('txnindex', 3))).toHaveLength(34)
  })

  it('gets an empty time index where it has none', () => {
    disk.remove(pathOf('timeindex', 3))
    expect(load(disk, cleanly).told).toEqual([])
    expect(disk.readWhole(pathOf('timeindex', 3))).toEqual(EMPTY)
  })

  it('believes any other index after a clean shutdown', () => {
    const wild = Buffer.from('0000000100000001', 'hex')
    disk.put(pathOf('index', 0), wild)
    expect(load(disk, cleanly).told).toEqual([])
    expect(disk.readWhole(pathOf('index', 0))).toEqual(wild)
  })

  it('is recovered from the segment of the recovery point on after an unclean shutdown', () => {
    const wild = Buffer.from('0000000100000001', 'hex')
    const before = disk.readWhole(pathOf('index', 3))
    for (const base of [0, 3]) disk.put(pathOf('index', base), wild)
    const { told, loaded } = load(disk, { recoveryPoint: 4n })
    expect(told.filter(line => line.startsWith('segment'))).toEqual([
      'segment-recovered 3.log',
      'segment-recovered 6.log',
    ])
    expect(disk.readWhole(pathOf('index', 0))).toEqual(wild)
    expect(disk.readWhole(pathOf('index', 3))).toEqual(before)
    expect(loaded).toMatchObject({ endOffset: 8n, recoveryPoint: 4n })
    const recovered = load(disk, { recoveryPoint: 6n }).told
    expect(recovered.filter(line => line.startsWith('segment'))).toEqual([
      'segment-recovered 6.log',
    ])
  })

  it('starts anew where it ends before its start', () => {
    const { told, loaded } = load(disk, { ...cleanly, logStartOffset: 20n })
    expect(told.filter(line => line.startsWith('segment'))).toEqual([
      'segment-dropped 6.log',
      'segment-dropped 3.log',
      'segment-dropped 0.log',
      'segment-created 20.log',
    ])
    const live = segmentFiles(disk).filter(name => !name.endsWith('.deleted'))
    expect(live).toEqual(['20.index', '20.log', '20.snapshot', '20.timeindex'])
    expect(loaded).toMatchObject({ logStartOffset: 20n, endOffset: 20n })
    expect(loaded.epochs.entries).toEqual([])
  })

  it('gets an empty segment at its start where it has none', () => {
    const empty = newDisk()
    const { told, loaded } = load(empty, { isClean: true, logStartOffset: 5n })
    expect(told[0]).toBe('segment-created 5.log')
    expect(loaded).toMatchObject({ logStartOffset: 5n, endOffset: 5n })
  })

  it('forgets leader epochs that begin behind its end', () => {
    const epochs = [0, 3, 8].map((offset, epoch) => ({ epoch, startOffset: BigInt(offset) }))
    disk.put(`${FOLDER}/leader-epoch-checkpoint`, encodeLeaderEpochCheckpoint(epochs))
    expect(load(disk, cleanly).loaded.epochs.entries).toEqual(epochs.slice(0, 2))
    const written = disk.readWhole(`${FOLDER}/leader-epoch-checkpoint`)
    expect(written.toString()).toBe('0\n2\n0 0\n1 3\n')
  })

  it('loses producer snapshots at no segment, but the last', () => {
    for (const offset of [1, 7]) disk.put(pathOf('snapshot', offset), NO_PRODUCERS)
    expect(load(disk, cleanly).told).toEqual([
      'snapshot-removed 1.snapshot',
      'snapshot-removed 7.snapshot',
    ])
    expect(segmentFiles(disk).filter(name => name.endsWith('.snapshot'))).toEqual([
      '3.snapshot',
      '6.snapshot',
      '8.snapshot',
    ])
  })

  it('reads what is behind the last snapshot where that is older than the end', () => {
    const producer = { id: 9n, epoch: 0, sequence: 0 }
    const log = openLog(disk, { ...cleanly, config: SCENE_CONFIG })
    log.append(newBatch({ producer }), { leaderEpoch: 0, origin: 'client' })
    const { loaded, told } = load(disk, { recoveryPoint: 100n })
    expect(told).toContain('snapshot-written 9.snapshot')
    expect(loaded.producers.state.get(9n)?.lastSequence).toBe(0)
  })

  it('gets empty snapshots where it was closed without any', () => {
    const log = Buffer.concat([
      disk.readWhole(pathOf('log', 6)),
      placedAt(newBatch({ producer: { id: 9n, epoch: 0, sequence: 0 } }), 8),
    ])
    disk.put(pathOf('log', 6), log)
    for (const offset of [3, 6, 8]) disk.remove(pathOf('snapshot', offset))
    const { told, loaded } = load(disk, { ...cleanly, recoveryPoint: 9n })
    expect(told).toEqual(['3', '6', '9'].map(offset => `snapshot-written ${offset}.snapshot`))
    expect(disk.readWhole(pathOf('snapshot', 9))).toEqual(NO_PRODUCERS)
    expect(loaded.producers.state.size).toBe(0)
  })
})
