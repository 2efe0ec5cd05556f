/** What a cleaning keeps and drops, row by row. */
import { beforeEach, describe, expect, it } from 'vitest'
import { CorruptDataError, RefusedError } from '../../../src/base/errors.ts'
import { CODECS } from '../../../src/compression/codecs.ts'
import { gzip } from '../../../src/compression/gzip.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { KEYS_MAX } from '../../../src/log/cleaner/hashed-keys.ts'
import { DAY_MS, NOW_MS, openLog, pathOf, segmentFiles } from '../new-log.ts'
import { legacyMessage } from '../new-batch.ts'
import { CleanerScene } from './cleaner-scene.ts'

const RETENTION = { config: { deleteRetentionMs: DAY_MS } }

let scene: CleanerScene

beforeEach(() => {
  scene = new CleanerScene(RETENTION)
})

describe('cleaning a log', () => {
  it('keeps the newest record of each key, with its offset, and joins segments', async () => {
    scene.segments([['a=1', 'b=1'], ['a=2']], [['c=1'], ['a=3']])
    expect(await scene.clean()).toMatchObject({ endOffset: 5n, keyCount: 3 })
    expect(scene.records).toEqual([['1:b=1', '3:c=1', '4:a=3'], []])
    expect(segmentFiles(scene.disk).filter(name => name.endsWith('.log'))).toEqual([
      '0.log',
      '5.log',
    ])
  })

  it('drops from the clean part what the dirty part has newer', async () => {
    scene.segments([['a=1', 'b=1']], [['a=2']])
    await scene.clean({ firstUncleanableOffset: 2n })
    await scene.clean({ firstDirtyOffset: 2n })
    expect(scene.records[0]).toEqual(['1:b=1', '2:a=2'])
  })

  it('leaves the active segment alone, though its keys are newer', async () => {
    scene.segments([['a=1'], ['b=1']])
    scene.append(['a=2'])
    await scene.clean()
    expect(scene.records).toEqual([['0:a=1', '1:b=1'], ['2:a=2']])
  })

  it('drops what has no key', async () => {
    scene.segments([['a=1', '=1', 'b=1']])
    const { counts } = await scene.clean()
    expect(scene.records[0]).toEqual(['0:a=1', '2:b=1'])
    expect(counts.keyless.records).toBe(1)
  })

  it('copies a batch that keeps all, byte for byte', async () => {
    scene.segments([['a=1', 'b=1'], ['c=1']], [['c=2']])
    const [first] = scene.batches
    await scene.clean()
    expect(scene.batches[0]!.buffer).toEqual(first!.buffer)
  })

  it.each(CODECS)('keeps codec, headers, offsets and timestamps: $name', async codec => {
    const timestamps = [NOW_MS + 5, NOW_MS - 7, NOW_MS + 9]
    scene.append(['a=1', 'b=1', 'c=1'], { codec, timestamps })
    scene.segments([['c=2']])
    await scene.clean()
    const [batch] = scene.batches
    expect(batch).toMatchObject({
      codecId: codec.id,
      baseOffset: 0n,
      lastOffset: 2n,
      recordCount: 2,
      baseTimestamp: BigInt(NOW_MS + 5),
      maxTimestamp: BigInt(NOW_MS + 5),
      partitionLeaderEpoch: 0,
    })
    expect(scene.records[0]).toEqual(['0:a=1', '1:b=1', '3:c=2'])
  })

  it('takes several passes where not all keys fit, and ends with the same', async () => {
    scene.segments([['a=1', 'b=1', 'c=1', 'd=1'], ['a=2']], [['e=1', 'b=2', 'a=3']])
    const ends: bigint[] = []
    for (let checkpoint = 0n; checkpoint < 8n;) {
      checkpoint = (await scene.clean({ checkpoint, slots: 4 })).endOffset
      ends.push(checkpoint)
    }
    expect(ends).toEqual([2n, 4n, 6n, 8n])
    expect(scene.records[0]).toEqual(['2:c=1', '3:d=1', '5:e=1', '6:b=2', '7:a=3'])
  })

  it('keeps the last batch of what is cleaned, empty, for the sake of its offset', async () => {
    scene.segments([['a=1']], [['b=1'], ['=1']])
    await scene.clean()
    expect(scene.records[0]).toEqual(['0:a=1', '1:b=1', '2-2:'])
  })

  it('writes messages of old anew, in format v2', async () => {
    const disk = new MemoryDisk()
    const log = Buffer.concat([legacyKeyed('k', '1', 0), legacyKeyed('k', '2', 1)])
    disk.put(pathOf('log', 0), Buffer.concat([log, legacyKeyed('l', '1', 2)]))
    disk.put(pathOf('index', 0), Buffer.alloc(0))
    scene = new CleanerScene(RETENTION, disk).roll()
    await scene.clean()
    expect(scene.records[0]).toEqual(['1:k=2', '2:l=1'])
    expect(scene.batches.map(({ magic }) => magic)).toEqual([2, 2])
  })

  it('drops nothing on the word of a batch whose checksum is wrong', async () => {
    scene.segments([['a=1'], ['a=2']])
    const file = scene.disk.openForWriting(pathOf('log', 0))
    file.write(Buffer.from('x'), file.size() - 1)
    const before = scene.disk.readWhole(pathOf('log', 0))
    await expect(scene.clean()).rejects.toThrow(CorruptDataError)
    expect(scene.disk.readWhole(pathOf('log', 0))).toEqual(before)
    expect(segmentFiles(scene.disk).some(name => name.endsWith('.cleaned'))).toBe(false)
  })

  it('gives up where the log was cut meanwhile', async () => {
    scene.segments([['a=1'], ['a=2']])
    const breathe = () => {
      scene.log.truncateTo(0n)
      return Promise.resolve()
    }
    await expect(scene.clean({ breathe })).rejects.toThrow(RefusedError)
    expect(segmentFiles(scene.disk).some(name => name.endsWith('.cleaned'))).toBe(false)
  })

  it('keeps the newest of each key where a batch has more of them than are asked for at once', async () => {
    const count = 2 * KEYS_MAX + 1
    const told = Array.from({ length: count }, (_, index) => `${index % 100}=${index}`)
    scene.segments([told])
    const { counts } = await scene.clean()
    const kept = Array.from({ length: 100 }, (_, index) => {
      const offset = count - 100 + index
      return `${offset}:${offset % 100}=${offset}`
    })
    expect(scene.records[0]).toEqual(kept)
    expect(counts.superseded.records).toBe(count - 100)
  })

  it('only counts in a preview', async () => {
    scene.segments([['a=1', 'b=1'], ['a=2']])
    const before = scene.disk.readWhole(pathOf('log', 0))
    const seen: string[] = []
    const preview = await scene.clean({
      isPreview: true,
      onSuperseded: (keys, place) => seen.push(`${keys.offsets[place]}`),
    })
    expect(scene.disk.readWhole(pathOf('log', 0))).toEqual(before)
    expect(seen).toEqual(['0'])
    const done = await scene.clean()
    expect(preview).toEqual(done)
    expect(done.counts.after.bytes).toBe(scene.log.segments[0]!.size)
    expect(done.counts).toMatchObject({
      before: { segments: 1, batches: 2, records: 3 },
      after: { segments: 1, batches: 2, records: 2 },
      superseded: { records: 1 },
    })
  })

  it('leaves what a log that is opened anew finds in order', async () => {
    scene.segments([['a=1'], ['b=1']], [['a=2'], ['c=1']], [['b=2']])
    await scene.clean()
    const { records } = scene
    await scene.log.close()
    const again = openLog(scene.disk, { isClean: true, recoveryPoint: 5n })
    expect(again.endOffset).toBe(5n)
    expect(records[0]).toEqual(['2:a=2', '3:c=1', '4:b=2'])
    expect(again.segments.map(({ baseOffset }) => baseOffset)).toEqual([0n, 5n])
    expect(segmentFiles(scene.disk).filter(name => !name.includes('deleted'))).toEqual([
      '0.index',
      '0.log',
      '0.timeindex',
      '5.index',
      '5.log',
      '5.snapshot',
      '5.timeindex',
    ])
  })
})

describe('tombstones', () => {
  it('get a delete horizon at first, and go when it has come', async () => {
    scene.segments([['a=1', 'b=1'], ['a']])
    const { counts } = await scene.clean()
    expect(scene.records[0]).toEqual(['1:b=1', '2:a'])
    const tombstone = scene.batches[1]!
    expect(tombstone.deleteHorizonMs).toBe(BigInt(NOW_MS + DAY_MS))
    expect(counts).toMatchObject({ tombstones: 1, nextHorizonMs: NOW_MS + DAY_MS })
    scene.segments([['c=1']])
    await scene.clean({ firstDirtyOffset: 3n, nowMs: NOW_MS + DAY_MS - 1 })
    expect(scene.records[0]).toEqual(['1:b=1', '2:a', '3:c=1'])
    scene.segments([['d=1']])
    await scene.clean({ firstDirtyOffset: 4n, nowMs: NOW_MS + DAY_MS })
    expect(scene.records[0]).toEqual(['1:b=1', '3:c=1', '4:d=1'])
  })

  it('keep the timestamps of their batch', async () => {
    scene.append(['a', 'b=1'], { timestamps: [NOW_MS - 3, NOW_MS + 4] })
    scene.roll()
    await scene.clean()
    const [batch] = scene.batches
    expect(batch).toMatchObject({ maxTimestamp: BigInt(NOW_MS + 4), recordCount: 2 })
    expect(scene.log.segments[0]!.greatestTimestamp.timestamp).toBe(BigInt(NOW_MS + 4))
  })

  it('are superseded as any other record', async () => {
    scene.segments([['a']], [['a=1']])
    await scene.clean()
    expect(scene.records[0]).toEqual(['1:a=1'])
  })

  it('are kept for ever where their retention has no end', async () => {
    scene = new CleanerScene({ config: { deleteRetentionMs: Number(2n ** 63n - 1n) } })
    scene.segments([['a']])
    await scene.clean()
    expect(scene.batches[0]!.deleteHorizonMs).toBeUndefined()
  })
})

describe('producers', () => {
  it('keep their last batch, with its sequence numbers, when its records are gone', async () => {
    const producer = { id: 9n, epoch: 0, sequence: 0 }
    scene.append(['a=1', 'b=1'], { producer, codec: gzip })
    scene.append(['a=2', 'b=2'], { producer: { ...producer, sequence: 2 }, codec: gzip })
    scene.segments([['a=3', 'b=3']])
    await scene.clean()
    expect(scene.records[0]).toEqual(['2-3:', '4:a=3', '5:b=3'])
    expect(scene.batches[0]).toMatchObject({
      producerId: 9n,
      baseSequence: 2,
      lastSequence: 3,
      codecId: 0,
      baseTimestamp: -1n,
      maxTimestamp: BigInt(NOW_MS),
    })
    expect(scene.log.producer(9n)?.lastSequence).toBe(3)
  })
})

describe('transactions', () => {
  const inTransaction = (sequence: number, id = 7n) => ({
    producer: { id, epoch: 0, sequence },
    isTransactional: true,
  })

  it('that were aborted lose their records; the marker stays, and its index entry', async () => {
    scene.segments([['a=1']])
    scene.append(['a=2', 'b=2'], inTransaction(0))
    scene.append(['b=3'], inTransaction(2))
    scene.end(7n, false)
    scene.segments([['c=1']])
    const { counts } = await scene.clean()
    expect(scene.records[0]).toEqual(['0:a=1', '3-3:', '4:marker', '5:c=1'])
    expect(counts.aborted.records).toBe(3)
    const range = { fetchOffset: 0n, upperBound: 6n }
    expect(scene.log.segments[0]!.aborted(range).transactions).toMatchObject([
      { producerId: 7n, firstOffset: 1n, lastOffset: 4n },
    ])
  })

  it('that were committed keep their records; the marker goes after the last of them', async () => {
    scene.append(['a=1'], inTransaction(0))
    scene.end(7n, true)
    scene.append(['z=1'], inTransaction(1))
    scene.end(7n, true)
    scene.segments([['a=2']])
    await scene.clean()
    expect(scene.records[0]).toEqual(['1:marker', '2:z=1', '3:marker', '4:a=2'])
    scene.segments([['b=1']])
    await scene.clean({ firstDirtyOffset: 5n })
    expect(scene.batches[0]!.deleteHorizonMs).toBe(BigInt(NOW_MS + DAY_MS))
    expect(scene.batches[2]!.deleteHorizonMs).toBeUndefined()
    scene.segments([['c=1']])
    await scene.clean({ firstDirtyOffset: 6n, nowMs: NOW_MS + DAY_MS })
    expect(scene.records[0]).toEqual(['2:z=1', '3:marker', '4:a=2', '5:b=1', '6:c=1'])
  })

  it('that are open are not touched, nor what follows', async () => {
    scene.segments([['a=1']], [['a=2']])
    scene.append(['a=3'], inTransaction(0))
    scene.segments([['a=4']])
    expect((await scene.clean()).endOffset).toBe(2n)
    expect(scene.records).toEqual([['1:a=2'], ['2:a=3', '3:a=4'], []])
  })

  it('lose the marker of an abort, and its index entry, once no record was seen before it', async () => {
    scene.append(['a=1'], inTransaction(0))
    scene.end(7n, false)
    scene.append(['b=1'], inTransaction(1))
    scene.end(7n, true)
    scene.segments([['c=1']])
    await scene.clean()
    scene.segments([['d=1']])
    await scene.clean({ firstDirtyOffset: 5n })
    const range = { fetchOffset: 0n, upperBound: 6n }
    expect(scene.log.segments[0]!.aborted(range).transactions).toEqual([])
    scene.segments([['e=1']])
    await scene.clean({ firstDirtyOffset: 6n, nowMs: NOW_MS + DAY_MS })
    expect(scene.records[0]).toEqual(['2:b=1', '3:marker', '4:c=1', '5:d=1', '6:e=1'])
  })
})

function legacyKeyed(key: string, value: string, offset: number): Buffer {
  const bytes = legacyMessage(Buffer.from(value), 0, Buffer.from(key))
  bytes.writeBigInt64BE(BigInt(offset), 0)
  return bytes
}
