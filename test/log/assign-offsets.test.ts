/** What a leader makes of the batches it takes. */
import { beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import { CODECS } from '../../src/compression/codecs.ts'
import { gzip } from '../../src/compression/gzip.ts'
import { lz4 } from '../../src/compression/lz4.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { writeCrc } from '../../src/record/batch-builder.ts'
import { BATCH_HEADER, BatchV2 } from '../../src/record/batch-v2.ts'
import { eachRecord } from '../../src/record/records.ts'
import { readBatches } from '../crash/check-log.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'
import { FOREIGN, T } from '../record/foreign-bytes.ts'
import { recordsOf } from '../record/records-of.ts'
import { legacyMessage, newBatch, newMarker } from './new-batch.ts'
import { type NewLogOptions, NOW_MS, openLog } from './new-log.ts'

const CLIENT = { leaderEpoch: 7, origin: 'client' } as const
/** Covered by no checksum: base offset, size, leader epoch, magic. */
const UNCOVERED = BATCH_HEADER.offsetOf.crc

let log: PartitionLog

const begin = (config: NewLogOptions['config'] = {}) => {
  log = openLog(undefined, { config })
  log.append(newBatch({ count: 10 }), CLIENT)
}

beforeEach(() => begin())

/** As it lies in the log, behind ten records. */
function taken(bytes: Buffer, origin: 'client' | 'coordinator' = 'client'): BatchV2 {
  log.append(bytes, { ...CLIENT, origin })
  return new BatchV2(readBatches(log).at(-1)!.bytes)
}

describe('a batch that can stay as it is', () => {
  it.each(CODECS)('gets its offset and epoch in place, and keeps the rest ($name)', codec => {
    const bytes = newBatch({ count: 3, codec })
    const sent = Buffer.from(bytes)
    const batch = taken(bytes)
    expect(batch).toMatchObject({ baseOffset: 10n, lastOffset: 12n, partitionLeaderEpoch: 7 })
    expect(batch.buffer.subarray(UNCOVERED)).toEqual(sent.subarray(UNCOVERED))
    expect(log.endOffset).toBe(13n)
  })

  it('as Apache Kafka makes it of the same batch', () => {
    log = openLog()
    const bytes = Buffer.from(FOREIGN.v2Idempotent)
    bytes.writeBigInt64BE(0n, 0)
    bytes.writeInt32BE(-1, BATCH_HEADER.offsetOf.partitionLeaderEpoch)
    log.append(newBatch({ count: 100 }), CLIENT)
    expect(taken(bytes).buffer).toEqual(FOREIGN.v2Idempotent)
  })

  it('gets the time of the broker, and a new checksum, where that counts', () => {
    log = openLog(undefined, {
      config: { timestampType: 'append' },
      clock: { nowMs: () => Number(T) + 1000 },
    })
    const builtOfSetB = Buffer.from(FOREIGN.v2AppendTime)
    builtOfSetB.writeInt16BE(0, BATCH_HEADER.offsetOf.attributes)
    builtOfSetB.writeBigInt64BE(T + 5n, BATCH_HEADER.offsetOf.maxTimestamp)
    writeCrc(builtOfSetB)
    const appended = log.append(builtOfSetB, CLIENT)
    expect(appended?.appendTimestamp).toBe(T + 1000n)
    const [batch] = readBatches(log)
    expect(batch!.bytes.subarray(UNCOVERED)).toEqual(FOREIGN.v2AppendTime.subarray(UNCOVERED))
  })

  it('gets the greatest of its timestamps where its header says another', () => {
    const bytes = newBatch({ count: 3, timestamps: [NOW_MS, NOW_MS + 9, NOW_MS + 4] })
    bytes.writeBigInt64BE(5n, BATCH_HEADER.offsetOf.maxTimestamp)
    writeCrc(bytes)
    const batch = taken(bytes)
    expect(batch.maxTimestamp).toBe(BigInt(NOW_MS + 9))
    expect(batch.isValid()).toBe(true)
    expect(log.segments[0]!.greatestTimestamp).toEqual({
      timestamp: BigInt(NOW_MS + 9),
      offset: 12n,
    })
  })

  it('is marked as having the broker’s time, though that is its own by chance', () => {
    begin({ timestampType: 'append' })
    const batch = taken(newBatch({ timestamps: [NOW_MS] }))
    expect(batch).toMatchObject({ timestampType: 'append', maxTimestamp: BigInt(NOW_MS) })
    expect(batch.isValid()).toBe(true)
  })

  it('is a marker, which is never compressed', () => {
    begin({ compressionType: 'gzip' })
    const batch = taken(newMarker({ id: 9n, epoch: 0 }), 'coordinator')
    expect(batch).toMatchObject({ isControl: true, codecId: 0, baseOffset: 10n })
  })
})

describe('a batch that is built anew', () => {
  it('has the codec of the topic, and all else as it was', () => {
    begin({ compressionType: 'lz4' })
    const producer = { id: 9n, epoch: 3, sequence: 40 }
    const timestamps = [NOW_MS + 5, NOW_MS, NOW_MS + 9]
    const sent = { count: 3, timestamps, key: 'k', producer, isTransactional: true, codec: gzip }
    const before = recordsOf(new BatchV2(newBatch(sent)))
    const batch = taken(newBatch(sent))
    expect(batch).toMatchObject({
      codecId: lz4.id,
      baseOffset: 10n,
      lastOffset: 12n,
      partitionLeaderEpoch: 7,
      producerId: 9n,
      producerEpoch: 3,
      baseSequence: 40,
      isTransactional: true,
      maxTimestamp: BigInt(NOW_MS + 9),
    })
    expect(batch.isValid()).toBe(true)
    expect(recordsOf(batch)).toEqual(before)
    expect(log.producer(9n)?.lastSequence).toBe(42)
  })

  it('is left as it is by a topic with the same codec, or with the producer’s', () => {
    begin({ compressionType: 'gzip' })
    const bytes = newBatch({ codec: gzip })
    const sent = Buffer.from(bytes)
    expect(taken(bytes).buffer.subarray(UNCOVERED)).toEqual(sent.subarray(UNCOVERED))
  })

  it('loses its compression where the topic wants none', () => {
    begin({ compressionType: 'none' })
    expect(taken(newBatch({ count: 3, codec: gzip }))).toMatchObject({ codecId: 0, recordCount: 3 })
  })

  it('has its offsets in order where a compressed one had not', () => {
    const deltas = Buffer.concat([0, 2, 1].map(delta => plainRecord(delta, `value ${delta}`)))
    const payload = gzip.compress(deltas, { magic: 2 })
    const bytes = encodeBatch({
      payload,
      records: [],
      recordsCount: 3,
      lastOffsetDelta: 2,
      attributes: gzip.id,
      baseTimestamp: T,
      partitionLeaderEpoch: -1,
    })
    const batch = taken(bytes)
    expect(offsetsOf(batch)).toEqual([10n, 11n, 12n])
    expect(recordsOf(batch).map(({ value }) => value?.toString())).toEqual([
      'value 0',
      'value 2',
      'value 1',
    ])
    expect(batch).toMatchObject({ baseOffset: 10n, lastOffset: 12n, codecId: gzip.id })
  })

  it('has the broker’s time where that counts', () => {
    begin({ compressionType: 'gzip', timestampType: 'append' })
    const batch = taken(newBatch({ count: 2, timestamps: [5, 9] }))
    expect(batch).toMatchObject({ timestampType: 'append', maxTimestamp: BigInt(NOW_MS) })
    expect(batch.isValid()).toBe(true)
  })
})

describe('messages of Apache Kafka 0.8 to 0.10', () => {
  const values = ['hello', 'hello hello hello hello', null]
  const keys = ['k1', null, 'k2']

  it.each([
    ['v0None', 0, [-1n, -1n, -1n]],
    ['v1None', 0, [T, T + 5n, T + 3n]],
    ['v0Gzip', gzip.id, [-1n, -1n, -1n]],
    ['v1Gzip', gzip.id, [T, T + 5n, T + 3n]],
    ['v0Lz4', lz4.id, [-1n, -1n, -1n]],
    ['v1Lz4', lz4.id, [T, T + 5n, T + 3n]],
  ] as const)('become one batch of today (%s)', (name, codecId, timestamps) => {
    const batch = taken(Buffer.from(FOREIGN[name]))
    expect(batch).toMatchObject({
      magic: 2,
      codecId,
      baseOffset: 10n,
      lastOffset: 12n,
      partitionLeaderEpoch: 7,
      producerId: -1n,
      maxTimestamp: timestamps.reduce((a, b) => (a > b ? a : b)),
    })
    expect(batch.isValid()).toBe(true)
    const records = recordsOf(batch)
    expect(records.map(({ key }) => key?.toString() ?? null)).toEqual(keys)
    expect(records.map(({ value }) => value?.toString() ?? null)).toEqual(values)
    expect(records.map(({ timestamp }) => timestamp)).toEqual(timestamps)
  })

  it('are compressed as the topic wants', () => {
    begin({ compressionType: 'lz4' })
    expect(taken(Buffer.from(FOREIGN.v1None))).toMatchObject({ codecId: lz4.id, recordCount: 3 })
    expect(taken(legacyMessage(Buffer.from('x')))).toMatchObject({ codecId: lz4.id })
  })

  it('stay what they are where a leader has placed them, and end what is known of its epochs', () => {
    const options = { leaderEpoch: -1, origin: 'replication' } as const
    expect(log.epochs.entries).toHaveLength(1)
    log.append(Buffer.from(FOREIGN.v1None), options)
    expect(readBatches(log).slice(1)).toMatchObject([
      { baseOffset: 10n },
      { baseOffset: 11n },
      { baseOffset: 12n },
    ])
    expect(log.epochs.entries).toEqual([])
  })
})

describe('a batch that was sent before', () => {
  it('is answered with the offsets it got then', () => {
    const batch = (sequence: number) =>
      newBatch({ count: 2, producer: { id: 9n, epoch: 0, sequence } })
    for (const sequence of [0, 2, 4]) log.append(batch(sequence), CLIENT)
    const again = log.append(batch(2), CLIENT)
    expect(again).toMatchObject({ firstOffset: 12n, lastOffset: 13n, isDuplicate: true })
    expect(again?.appendTimestamp).toBe(BigInt(NOW_MS))
    expect(log.endOffset).toBe(16n)
    expect(log.append(batch(6), CLIENT)).toMatchObject({ firstOffset: 16n, isDuplicate: false })
  })

  it('is told from one that comes too early, which is refused', () => {
    log.append(newBatch({ producer: { id: 9n, epoch: 0, sequence: 0 } }), CLIENT)
    const early = newBatch({ producer: { id: 9n, epoch: 0, sequence: 5 } })
    expect(() => log.append(early, CLIENT)).toThrow(/Out of order sequence number/)
    expect(log.endOffset).toBe(11n)
  })
})

function offsetsOf(batch: BatchV2): bigint[] {
  const offsets: bigint[] = []
  for (const { offset } of eachRecord(batch, DEFAULT_DECODE_LIMITS)) offsets.push(offset)
  return offsets
}

/** With its value alone, in one byte each of size and deltas. */
function plainRecord(offsetDelta: number, value: string): Buffer {
  const body = encodeBatch({ records: [record(offsetDelta, value)] })
  return body.subarray(BATCH_HEADER.size)
}
