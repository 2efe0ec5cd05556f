/** The inside of one batch: every record decoded, offsets ascending within what the header says, control records read. */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import { decodeControlRecord } from '../../protocol/control-record.ts'
import { RefusedRecordError } from '../../protocol/dumped-record.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../../record/batch-v2.ts'
import { LegacyCursor } from '../../record/legacy-cursor.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import { decompressPayload } from '../../record/payload.ts'
import { keyOf, valueOf } from '../../record/record-cursor.ts'
import { V2Cursor } from '../../record/v2-cursor.ts'
import type { Batch } from '../dump/dump-sink.ts'
import { greatestTimestampDelta, type RecordBytes } from './fast-records.ts'
import type { FindingKind } from './finding-kinds.ts'
import { producerIdOf } from './segment-numbers.ts'

export interface RecordsReport {
  readonly count: number
  /** Whether fewer records are there than offsets: compaction took some. */
  readonly isThinned: boolean
  readonly flaw?: RecordsFlaw
  /** What a transaction's marker says; undefined where the batch is none. */
  readonly marker?: 'ABORT' | 'COMMIT'
}

export interface RecordsFlaw {
  readonly kind: FindingKind
  readonly found: string
  readonly expected: string
}

/** Of a batch whose body is not to be read. */
export function tooLarge(size: number, { batchBytesMax }: DecodeLimits): RecordsFlaw {
  const found = `a batch of ${size} bytes`
  return { kind: 'too-large', found, expected: `at most ${batchBytesMax}` }
}

const NO_MARKER: RecordsFlaw = {
  kind: 'control-record',
  found: "a control record of another type in a producer's batch",
  expected: 'ABORT or COMMIT',
}

/** @param batch with its body in memory */
export function checkRecords(batch: Batch, limits: DecodeLimits): RecordsReport {
  try {
    return batch instanceof BatchV2
      ? checkV2(batch, limits)
      : checkLegacy(batch, new LegacyCursor(batch, limits))
  } catch (error) {
    return { count: 0, isThinned: false, flaw: flawFrom(error) }
  }
}

function checkV2(batch: BatchV2, limits: DecodeLimits): RecordsReport {
  const records = recordBytesOf(batch, limits)
  const size = records.end - records.start
  if (batch.recordCount === 0 && size > 0) {
    const flaw = { kind: 'records', found: `${size} bytes of records`, expected: NONE } as const
    return { count: 0, isThinned: false, flaw }
  }
  const delta = batch.isControl ? undefined : greatestTimestampDelta(records)
  if (delta === undefined) return checkWithCursor(batch, new V2Cursor(batch, limits))
  const greatest = Number(batch.baseTimestamp) + delta
  return reportOn(batch, batch.recordCount, greatest)
}

/** Readers pass such records over without a word. */
const NONE = 'none: the batch declares 0 records'

function recordBytesOf(batch: BatchV2, limits: DecodeLimits): RecordBytes {
  const { lastOffsetDelta, recordCount: count } = batch
  if (batch.codecId === 0) {
    const start = batch.start + BATCH_OVERHEAD
    const end = batch.start + batch.size
    return { bytes: batch.buffer, start, end, count, lastOffsetDelta }
  }
  const bytes = decompressPayload(batch, batch.payload, limits)
  return { bytes, start: 0, end: bytes.length, count, lastOffsetDelta }
}

function checkWithCursor(batch: BatchV2, cursor: V2Cursor): RecordsReport {
  const { lastOffsetDelta, isControl } = batch
  let previous = -1
  let greatest = -Infinity
  let isWide = false
  let marker: RecordsReport['marker']
  while (cursor.next()) {
    const delta = cursor.offsetDelta
    if (delta <= previous || delta > lastOffsetDelta) {
      const flaw = offsetFlaw(cursor.offset, batch.baseOffset + BigInt(previous), batch.lastOffset)
      return { count: cursor.count, isThinned: false, flaw }
    }
    previous = delta
    const timestamp = cursor.timestampNumber
    if (timestamp > greatest) greatest = timestamp
    else if (Number.isNaN(timestamp)) isWide = true
    if (!isControl) continue
    const { type } = decodeControlRecord(keyOf(cursor), valueOf(cursor))
    if (type === 'ABORT' || type === 'COMMIT') marker = type
    else if (producerIdOf(batch) >= 0)
      return { count: cursor.count, isThinned: false, flaw: NO_MARKER }
  }
  const report = reportOn(batch, cursor.count, isWide ? NaN : greatest)
  return marker === undefined ? report : { ...report, marker }
}

/** @param greatest timestamp; NaN where it is not known exactly */
function reportOn(batch: BatchV2, count: number, greatest: number): RecordsReport {
  const isThinned = count <= batch.lastOffsetDelta
  const isExact = Number.isSafeInteger(greatest) && batch.timestampType === 'create'
  if (count === 0 || !isExact || greatest === Number(batch.maxTimestamp)) {
    return { count, isThinned }
  }
  const found = `greatest timestamp ${batch.maxTimestamp} in the header of the batch`
  const expected = `${greatest} as in its records`
  return { count, isThinned, flaw: { kind: 'max-timestamp', found, expected } }
}

function checkLegacy(wrapper: LegacyMessage, cursor: LegacyCursor): RecordsReport {
  const isWrapper = wrapper.codecId !== 0
  let count = 0
  let previous: bigint | undefined
  let isThinned = false
  while (cursor.next()) {
    count++
    if (!isWrapper) continue
    const { offset } = cursor
    if ((previous !== undefined && offset <= previous) || offset > wrapper.lastOffset) {
      const flaw = offsetFlaw(offset, previous ?? -1n, wrapper.lastOffset)
      return { count, isThinned, flaw }
    }
    if (previous !== undefined && offset !== previous + 1n) isThinned = true
    previous = offset
    if (!cursor.checksum().isValid) {
      const found = `the checksum ${cursor.checksum().stored} of the message at offset ${offset}`
      const flaw = { kind: 'message-crc', found, expected: 'a checksum that holds' } as const
      return { count, isThinned, flaw }
    }
  }
  return { count, isThinned }
}

function offsetFlaw(offset: bigint, previous: bigint, last: bigint): RecordsFlaw {
  return {
    kind: 'records',
    found: `a record with offset ${offset}`,
    expected: `more than ${previous}, at most ${last}`,
  }
}

function flawFrom(error: unknown): RecordsFlaw {
  if (error instanceof LimitError) {
    const { needed, allowed } = error.limit
    return { kind: 'too-large', found: `a batch of ${needed}`, expected: `at most ${allowed}` }
  }
  if (!(error instanceof CorruptDataError)) throw error
  const { reason, found, expected } = error.damage
  const kind = error instanceof RefusedRecordError ? 'control-record' : 'records'
  return { kind, found: `${reason}: ${found}`, expected }
}
