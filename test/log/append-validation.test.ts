/** What a leader refuses, with the codes and in the words of Apache Kafka. */
import { describe, expect, it } from 'vitest'
import { RefusedError } from '../../src/base/errors.ts'
import { gzip } from '../../src/compression/gzip.ts'
import { writeCrc } from '../../src/record/batch-builder.ts'
import { BATCH_HEADER } from '../../src/record/batch-v2.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'
import { FOREIGN } from '../record/foreign-bytes.ts'
import {
  batchOfSize,
  legacyMessage,
  newBatch,
  newMarker,
  placedAt,
  withHeader,
} from './new-batch.ts'
import { type NewLogOptions, NOW_MS, openLog } from './new-log.ts'

const HOUR_MS = 3_600_000
const CLIENT = { leaderEpoch: 0, origin: 'client' } as const

function refusalOf(bytes: Buffer, config: NewLogOptions['config'] = {}, options = CLIENT) {
  const log = openLog(undefined, { config })
  try {
    log.append(bytes, options)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    expect(log.endOffset).toBe(0n)
    expect(log.segments[0]!.size).toBe(0)
    const { code, message, records } = error
    return { code, message, records }
  }
  throw new Error('nothing was refused')
}

const PRODUCER = { id: 9n, epoch: 0, sequence: 0 }

describe('a batch is refused', () => {
  it('with a checksum that does not hold', () => {
    const bytes = newBatch()
    bytes[70]! ^= 1
    const crc = bytes.readUInt32BE(BATCH_HEADER.offsetOf.crc)
    const message = `Record is corrupt (stored crc = ${crc}) in topic partition orders-0.`
    expect(refusalOf(bytes)).toMatchObject({ code: 'CORRUPT_MESSAGE', message })
  })

  it('with a size that no batch has', () => {
    const bytes = newBatch()
    bytes.writeInt32BE(20, 8)
    expect(refusalOf(bytes).code).toBe('CORRUPT_MESSAGE')
    bytes.writeInt32BE(-20, 8)
    expect(refusalOf(bytes).code).toBe('CORRUPT_MESSAGE')
  })

  it('of a client that gives out offsets', () => {
    expect(refusalOf(placedAt(newBatch(), 7))).toMatchObject({
      code: 'INVALID_RECORD',
      message:
        'The baseOffset of the record batch in the append to orders-0 should be 0, but it is 7',
    })
  })

  it('of a controller that is in another epoch', () => {
    const raft = { leaderEpoch: 4, origin: 'raft' } as unknown as typeof CLIENT
    expect(refusalOf(placedAt(newBatch(), 0, 3), {}, raft)).toMatchObject({
      code: 'INVALID_RECORD',
      message: expect.stringContaining('expected 4 but the batch has 3') as string,
    })
  })

  it('that is larger than a message may be', () => {
    expect(refusalOf(batchOfSize(301), { maxMessageBytes: 300 })).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message:
        'The record batch size in the append to orders-0 is 301 bytes which exceeds ' +
        'the maximum configured value of 300.',
    })
    const log = openLog(undefined, { config: { maxMessageBytes: 300 } })
    expect(log.append(batchOfSize(300), CLIENT)?.lastOffset).toBe(0n)
  })

  it('that becomes larger than a message may be when it is compressed otherwise', () => {
    const bytes = newBatch({ value: Buffer.alloc(2000), codec: gzip })
    expect(bytes.length).toBeLessThan(300)
    const config = { maxMessageBytes: 300, compressionType: 'none' } as const
    expect(refusalOf(bytes, config).code).toBe('MESSAGE_TOO_LARGE')
  })

  it('that is larger than a segment', () => {
    expect(refusalOf(batchOfSize(1001), { segmentBytes: 1000 })).toMatchObject({
      code: 'RECORD_LIST_TOO_LARGE',
      message:
        'Message batch size is 1001 bytes in append to partition orders-0, which exceeds ' +
        'the maximum configured segment size of 1000.',
    })
  })

  it.each<[string, () => Buffer, string]>([
    [
      'beside another',
      () => Buffer.concat([newBatch(), newBatch()]),
      'Compressed outer record has more than one batch',
    ],
    [
      'with a negative range of offsets',
      () => withHeader(newBatch(), { lastOffsetDelta: -2 }),
      'Batch has an invalid offset range: [0, -2]',
    ],
    [
      'without records',
      () => withHeader(newBatch(), { recordsCount: 0 }),
      'Invalid reported count for record batch: 0',
    ],
    [
      'with fewer records than offsets',
      () => withHeader(newBatch({ count: 2 }), { lastOffsetDelta: 2 }),
      'Inconsistent batch offset range [0, 2] and count of records 2',
    ],
    [
      'that only a coordinator may write',
      () => newMarker({ id: 9n, epoch: 0 }),
      'Clients are not allowed to write control records',
    ],
    [
      'of a producer without a sequence',
      () => newBatch({ producer: { ...PRODUCER, sequence: -3 } }),
      'Invalid sequence number -3 in record batch with producerId 9',
    ],
    [
      'of another format than the first',
      () => Buffer.concat([FOREIGN.v0None, FOREIGN.v1None]),
      "Batch magic 1 is not the same as the first batch's magic byte 0",
    ],
  ])('%s', (_, bytes, text) => {
    const message = `${text} in topic partition orders-0`
    expect(refusalOf(bytes())).toEqual({ code: 'INVALID_RECORD', message, records: [] })
  })

  it('whose records can not be read', () => {
    const cut = encodeBatch({ records: [], recordsCount: 1, payload: Buffer.from([20, 0]) })
    expect(refusalOf(cut).code).toBe('INVALID_RECORD')
    const noGzip = encodeBatch({ records: [record(0, 'x')], attributes: 1 })
    expect(refusalOf(noGzip).code).toBe('INVALID_RECORD')
    const noCodec = encodeBatch({ records: [record(0, 'x')], attributes: 7 })
    expect(refusalOf(noCodec).code).toBe('INVALID_RECORD')
  })
})

describe('each record', () => {
  it('needs a key where the topic is compacted', () => {
    const message = 'Compacted topic cannot accept message without key in topic partition orders-0'
    const shown = `RecordError(batchIndex=INDEX, message='${message}')`
    const errors = [0, 1, 2].map(index => shown.replace('INDEX', `${index}`)).join(', ')
    expect(refusalOf(newBatch({ count: 4 }), { isCompacted: true })).toEqual({
      code: 'INVALID_RECORD',
      message:
        'One or more records have been rejected due to 4 record errors in total, and only ' +
        `showing the first three errors at most: [${errors}]`,
      records: [0, 1, 2, 3].map(index => ({ index, message })),
    })
    const log = openLog(undefined, { config: { isCompacted: true } })
    expect(log.append(newBatch({ key: 'k' }), CLIENT)).toBeDefined()
  })

  it('has a timestamp that is neither too old nor too far ahead', () => {
    const config = { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: HOUR_MS }
    const timestamps = [NOW_MS, NOW_MS - 1000, NOW_MS - 1001, NOW_MS + HOUR_MS + 1]
    const range = `[${NOW_MS - 1000}, ${NOW_MS + HOUR_MS}]`
    const outOfRange = (index: number) => ({
      index,
      message:
        `Timestamp ${timestamps[index]} of message with offset ${index} is out of range. ` +
        `The timestamp should be within ${range}`,
    })
    expect(refusalOf(newBatch({ count: 4, timestamps }), config)).toEqual({
      code: 'INVALID_TIMESTAMP',
      message: 'One or more records have been rejected due to invalid timestamp',
      records: [outOfRange(2), outOfRange(3)],
    })
    const log = openLog(undefined, { config })
    const taken = { count: 2, timestamps: [NOW_MS - 1000, NOW_MS + HOUR_MS] }
    expect(log.append(newBatch(taken), CLIENT)?.lastOffset).toBe(1n)
    expect(log.append(newBatch({ timestamps: [-1] }), CLIENT)?.lastOffset).toBe(2n)
  })

  it('has any timestamp where the broker’s own counts', () => {
    const config = { timestampBeforeMaxMs: 1000, timestampType: 'append' } as const
    const log = openLog(undefined, { config })
    expect(log.append(newBatch({ timestamps: [5] }), CLIENT)).toBeDefined()
  })

  it('has no timestamp that the producer calls the broker’s', () => {
    const bytes = newBatch({ timestamps: [-1] })
    bytes.writeInt16BE(8, BATCH_HEADER.offsetOf.attributes)
    bytes.writeBigInt64BE(-1n, BATCH_HEADER.offsetOf.maxTimestamp)
    writeCrc(bytes)
    const { code, records } = refusalOf(bytes)
    expect(code).toBe('INVALID_TIMESTAMP')
    expect(records[0]!.message).toMatch(/Producer should not set timestamp type to LogAppendTime/)
  })

  it('in a wrapper has a checksum that holds', () => {
    const bytes = corruptInner()
    expect(refusalOf(bytes)).toMatchObject({ code: 'CORRUPT_MESSAGE' })
  })

  it('in a wrapper can be read', () => {
    expect(refusalOf(wrapped(Buffer.alloc(40, 1))).code).toBe('INVALID_RECORD')
  })
})

describe('what is cut off', () => {
  it('at the end of a request is left out', () => {
    const log = openLog()
    const cut = Buffer.concat([newBatch(), newBatch().subarray(0, 40)])
    expect(log.append(cut, CLIENT)?.lastOffset).toBe(0n)
    expect(log.segments[0]!.size).toBe(newBatch().length)
    expect(log.append(newBatch().subarray(0, 40), CLIENT)).toBeUndefined()
    expect(log.append(Buffer.alloc(0), CLIENT)).toBeUndefined()
    expect(log.endOffset).toBe(1n)
  })
})

/** A v1 message with gzip around the bytes. */
function wrapped(inner: Buffer): Buffer {
  return legacyMessage(gzip.compress(inner, { magic: 1 }), gzip.id)
}

function corruptInner(): Buffer {
  const inner = legacyMessage(Buffer.from('value'))
  inner[inner.length - 1]! ^= 1
  return wrapped(inner)
}
