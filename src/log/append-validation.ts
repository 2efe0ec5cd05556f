/**
 * What a leader does with the records of a produce request before they are appended: it checks them, gives them offsets,
 * and does so in place wherever the bytes can stay as they are.
 *
 * | source                              | target codec    | done                                                  |
 * |-------------------------------------|-----------------|-------------------------------------------------------|
 * | v2, same codec, offsets 0, 1, 2 …   | the same        | base offset and leader epoch written into the header  |
 * | v2, LogAppendTime                   | the same        | the time too, and a new checksum                      |
 * | v2, another codec                   | `compression.type` | one batch built anew                               |
 * | v0, v1: messages or a wrapper       | any             | one v2 batch built anew                               |
 *
 * One bad record refuses its batch, and says which records are bad.
 *
 * Source: org.apache.kafka.storage.internals.log.LogValidator, UnifiedLog#analyzeAndValidateRecords
 */
import { CorruptDataError, LimitError, RefusedError } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { int32At } from '../binary/big-endian.ts'
import { codecById, codecNamed } from '../compression/codecs.ts'
import { TIMESTAMP_TYPE_BIT } from '../record/attributes.ts'
import { LOG_OVERHEAD, NO_PRODUCER_ID, NO_TIMESTAMP, SIZE_AT } from '../record/batch.ts'
import { BatchBuilder, writeCrc } from '../record/batch-builder.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, BatchV2 } from '../record/batch-v2.ts'
import { keyOf, type RecordCursor, valueOf } from '../record/record-cursor.ts'
import { batchAt, recordsOf } from '../record/records.ts'
import {
  type AppendContext,
  type LogBatch,
  RecordChecks,
  type RecordWalk,
} from './record-checks.ts'

/** Batches as they will lie in the log. */
export interface PreparedRecords {
  readonly bytes: Buffer
  readonly batches: readonly LogBatch[]
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
}

/**
 * Checks the records, and gives them offsets where they have none: it changes the bytes where they lie. Undefined where
 * there is not one whole batch.
 *
 * @throws RefusedError
 */
export function prepareRecords(
  records: Buffer,
  context: AppendContext,
): PreparedRecords | undefined {
  const batches = splitBatches(records, context)
  if (batches.length === 0) return undefined
  const { origin } = context
  if (origin === 'client' || origin === 'coordinator') {
    return assignOffsets(records, batches, context)
  }
  return takenAsGiven(records, batches, context)
}

/** The whole batches of a request; what is cut off at the end is left out. */
function splitBatches(records: Buffer, context: AppendContext): LogBatch[] {
  const { name, origin, config, leaderEpoch } = context
  const batches: LogBatch[] = []
  for (let at = 0; at + BATCH_OVERHEAD_MIN <= records.length;) {
    const size = LOG_OVERHEAD + int32At(records, at + SIZE_AT)
    if (size > records.length - at) break
    const batch = batchAt(records, at)
    const isWhole = batch instanceof BatchV2 ? size >= BATCH_OVERHEAD : size >= BATCH_OVERHEAD_MIN
    if (!isWhole || !batch.isValid()) {
      throw new RefusedError(
        'CORRUPT_MESSAGE',
        `Record is corrupt (stored crc = ${batch.storedCrc}) in topic partition ${name}.`,
      )
    }
    if (origin === 'client' && batch instanceof BatchV2 && batch.baseOffset !== 0n) {
      throw new RefusedError(
        'INVALID_RECORD',
        `The baseOffset of the record batch in the append to ${name} should be 0, ` +
          `but it is ${batch.baseOffset}`,
      )
    }
    if (origin === 'raft' && batch.partitionLeaderEpoch !== leaderEpoch) {
      throw new RefusedError(
        'INVALID_RECORD',
        `Append from Raft leader did not set the batch epoch correctly, expected ${leaderEpoch} ` +
          `but the batch has ${batch.partitionLeaderEpoch}`,
      )
    }
    if (size > config.maxMessageBytes && origin !== 'replication') throw tooLarge(size, context)
    batches.push(batch)
    at += size
  }
  return batches
}

/** Offsets as they are: they go on where the log ends, or behind; gaps are what compaction leaves. */
function takenAsGiven(
  records: Buffer,
  batches: readonly LogBatch[],
  { name, nextOffset }: AppendContext,
): PreparedRecords {
  const { baseOffset: firstOffset } = batches[0]!
  const last = batches.at(-1)!
  if (firstOffset < nextOffset) {
    throw new RefusedError(
      'OFFSET_OUT_OF_RANGE',
      `Unexpected offset in append to ${name}. First offset ${firstOffset} is less than the next ` +
        `offset ${nextOffset}.`,
    )
  }
  return {
    bytes: records.subarray(0, last.start + last.size),
    batches,
    firstOffset,
    lastOffset: last.lastOffset,
    maxTimestamp: greatestTimestamp(batches),
  }
}

function assignOffsets(
  records: Buffer,
  batches: readonly LogBatch[],
  context: AppendContext,
): PreparedRecords {
  const first = batches[0]!
  const { compressionType } = context.config
  const target = compressionType ?? codecById(first.codecId)?.name ?? 'none'
  for (const batch of batches) checkBatch(batch, first, batches.length, context)
  if (!(first instanceof BatchV2)) return rebuild(batches, target, context)
  const walk = checkRecords(first, context)
  const isSameCodec = first.codecId === codecNamed(target).id
  const staysAsItIs = first.isControl && first.codecId === 0
  const inOrder = first.codecId === 0 || walk.areInOrder
  if (!staysAsItIs && !(isSameCodec && inOrder)) return rebuild(batches, target, context)
  const maxTimestamp = stampInPlace(first, walk.maxTimestamp, context)
  return {
    bytes: records.subarray(0, first.size),
    batches: [first],
    firstOffset: context.nextOffset,
    lastOffset: first.lastOffset,
    maxTimestamp,
  }
}

/** As short as a v0 message without key and value. */
const BATCH_OVERHEAD_MIN = 26

function greatestTimestamp(batches: readonly LogBatch[]): bigint {
  let greatest = NO_TIMESTAMP
  for (const { maxTimestamp } of batches) if (maxTimestamp > greatest) greatest = maxTimestamp
  return greatest
}

function checkBatch(
  batch: LogBatch,
  first: LogBatch,
  count: number,
  { name, origin }: AppendContext,
): void {
  const refuse = (text: string) =>
    new RefusedError('INVALID_RECORD', `${text} in topic partition ${name}`)
  if (count > 1 && (first instanceof BatchV2 || first.codecId !== 0)) {
    throw refuse('Compressed outer record has more than one batch')
  }
  if (batch.magic !== first.magic) {
    const magics = `Batch magic ${batch.magic} is not the same as the first batch's magic byte`
    throw refuse(`${magics} ${first.magic}`)
  }
  if (origin !== 'client' || !(batch instanceof BatchV2)) return
  const { lastOffsetDelta, recordCount } = batch
  const range = `[${batch.baseOffset}, ${batch.lastOffset}]`
  if (lastOffsetDelta < 0) throw refuse(`Batch has an invalid offset range: ${range}`)
  if (recordCount <= 0) throw refuse(`Invalid reported count for record batch: ${recordCount}`)
  if (recordCount !== lastOffsetDelta + 1) {
    const text = `Inconsistent batch offset range ${range} and count of records ${recordCount}`
    throw refuse(text)
  }
  if (batch.isControl) throw refuse('Clients are not allowed to write control records')
  if (batch.producerId !== NO_PRODUCER_ID && batch.baseSequence < 0) {
    const { baseSequence, producerId } = batch
    const text = `Invalid sequence number ${baseSequence} in record batch with producerId`
    throw refuse(`${text} ${producerId}`)
  }
}

/** @param each sees every record, bad ones too, before any of them is refused */
function checkRecords(
  batch: LogBatch,
  context: AppendContext,
  each?: (record: RecordCursor) => void,
): RecordWalk {
  const checks = new RecordChecks(batch, context)
  try {
    const record = recordsOf(batch, DEFAULT_DECODE_LIMITS)
    while (record.next()) {
      if (batch.codecId !== 0) checkInner(record, context)
      checks.take(record)
      each?.(record)
    }
  } catch (error) {
    if (error instanceof LimitError) throw new RefusedError('MESSAGE_TOO_LARGE', error.message)
    if (!(error instanceof CorruptDataError)) throw error
    const text = `${error.damage.reason}: found ${error.damage.found}`
    throw new RefusedError('INVALID_RECORD', `${text} in topic partition ${context.name}`)
  }
  checks.finish()
  return checks
}

/** The batch's own checksum was looked at before. */
function checkInner(record: RecordCursor, { name }: AppendContext): void {
  const checksum = record.checksum()
  if (checksum === undefined || checksum.isValid) return
  const text = `Record is corrupt (stored crc = ${checksum.stored}) in topic partition ${name}.`
  throw new RefusedError('CORRUPT_MESSAGE', text)
}

/** @returns the batch's greatest timestamp from now on */
function stampInPlace(batch: BatchV2, greatest: bigint, context: AppendContext): bigint {
  const { buffer, start } = batch
  const { nextOffset, leaderEpoch, config, nowMs } = context
  const maxTimestamp = config.timestampType === 'append' ? BigInt(nowMs) : greatest
  buffer.writeBigInt64BE(nextOffset, start + AT.baseOffset)
  buffer.writeInt32BE(leaderEpoch, start + AT.partitionLeaderEpoch)
  if (batch.timestampType !== config.timestampType || batch.maxTimestamp !== maxTimestamp) {
    const { attributes } = batch
    const bit = config.timestampType === 'append' ? TIMESTAMP_TYPE_BIT : 0
    buffer.writeInt16BE((attributes & ~TIMESTAMP_TYPE_BIT) | bit, start + AT.attributes)
    buffer.writeBigInt64BE(maxTimestamp, start + AT.maxTimestamp)
    writeCrc(buffer, start, batch.size)
  }
  return maxTimestamp
}

const AT = BATCH_HEADER.offsetOf

/** One batch of what all of them hold. */
function rebuild(
  batches: readonly LogBatch[],
  target: Parameters<typeof codecNamed>[0],
  context: AppendContext,
): PreparedRecords {
  const { config, nextOffset, leaderEpoch, nowMs } = context
  const first = batches[0]!
  const { producerId, producerEpoch, baseSequence, isTransactional } = first
  const builder = new BatchBuilder({
    codec: codecNamed(target),
    producer: { producerId, producerEpoch, baseSequence },
    isTransactional,
    partitionLeaderEpoch: leaderEpoch,
  })
  for (const batch of batches) {
    checkRecords(batch, context, record => {
      const { timestamp } = record
      const headers = record.headers()
      builder.add({ timestamp, key: keyOf(record), value: valueOf(record), headers })
    })
  }
  const bytes = builder.build()
  const built = new BatchV2(bytes)
  if (bytes.length > config.maxMessageBytes) throw tooLarge(bytes.length, context)
  const maxTimestamp = stampInPlace(built, built.maxTimestamp, { ...context, nowMs, nextOffset })
  return {
    bytes,
    batches: [built],
    firstOffset: nextOffset,
    lastOffset: built.lastOffset,
    maxTimestamp,
  }
}

function tooLarge(size: number, { name, config }: AppendContext): RefusedError {
  return new RefusedError(
    'MESSAGE_TOO_LARGE',
    `The record batch size in the append to ${name} is ${size} bytes which exceeds the maximum ` +
      `configured value of ${config.maxMessageBytes}.`,
  )
}
