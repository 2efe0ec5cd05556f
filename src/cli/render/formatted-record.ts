/** Writes records as a format says: each of its parts is made a function once. */
import { assertNever } from '../../base/errors.ts'
import { codecById } from '../../compression/codecs.ts'
import type { PartitionCursor } from '../../inspect/consume/partition-cursor.ts'
import type { RecordHeader } from '../../record/record-cursor.ts'
import { constantOf, type ByteOutput } from '../byte-output.ts'
import type { BytesEncoding, BytesField, FormatPart, NumberField } from '../record-format.ts'
import { unpacked } from '../unpack-format.ts'
import { numberWriter } from './number-format.ts'
import type { RecordWriter } from './record-writer.ts'

/** What is known of a partition when it is opened. */
export interface PartitionOffsets {
  readonly logStartOffset: bigint
  readonly lastStableOffset: bigint
  readonly highWatermark: bigint
}

export type OffsetsOf = (cursor: PartitionCursor) => PartitionOffsets

export class FormattedRecords implements RecordWriter {
  readonly #parts: readonly Write<PartitionCursor>[]
  #count = 0

  constructor(out: ByteOutput, parts: readonly FormatPart[], offsetsOf: OffsetsOf) {
    const fields = { ...RECORD_NUMBERS, ...offsetNumbers(offsetsOf), iteration: () => this.#count }
    this.#parts = parts.map(part => recordPart(part, out, fields))
  }

  write(cursor: PartitionCursor): void {
    this.#count++
    for (const part of this.#parts) part(cursor)
  }
}

type Write<Source> = (source: Source) => void
type NumberOf = (cursor: PartitionCursor) => number | bigint
type RecordNumbers = Readonly<Record<NumberField, NumberOf>>

function offsetNumbers(offsetsOf: OffsetsOf) {
  return {
    logStartOffset: (cursor: PartitionCursor) => offsetsOf(cursor).logStartOffset,
    lastStableOffset: (cursor: PartitionCursor) => offsetsOf(cursor).lastStableOffset,
    highWatermark: (cursor: PartitionCursor) => offsetsOf(cursor).highWatermark,
  }
}

const RECORD_NUMBERS = {
  topicSize: ({ topic }) => Buffer.byteLength(topic),
  keySize: ({ record }) => Math.max(0, record.keySize),
  valueSize: ({ record }) => Math.max(0, record.valueSize),
  nullableKeySize: ({ record }) => record.keySize,
  nullableValueSize: ({ record }) => record.valueSize,
  headerCount: ({ record }) => record.headerCount,
  partition: ({ partition }) => partition,
  offset: ({ record }) => exactly(record.offsetNumber) ?? record.offset,
  leaderEpoch: ({ batch }) => batch.partitionLeaderEpoch,
  timestamp: ({ record }) => exactly(record.timestampNumber) ?? record.timestamp,
  producerId: ({ batch }) => batch.producerId,
  producerEpoch: ({ batch }) => batch.producerEpoch,
  nulls: ({ record }) => (record.keySize < 0 ? 1 : 0) + (record.valueSize < 0 ? 2 : 0),
  batchBaseOffset: ({ batch }) => batch.baseOffset,
  batchPosition: ({ batchPosition }) => batchPosition,
  codecId: ({ batch }) => batch.codecId,
  timestampType: ({ batch }) => TIMESTAMP_TYPE_IDS[batch.timestampType],
  isTransactional: ({ batch }) => (batch.isTransactional ? 1 : 0),
  isControl: ({ batch }) => (batch.isControl ? 1 : 0),
} satisfies Partial<Record<NumberField, NumberOf>>

const TIMESTAMP_TYPE_IDS = { none: -1, create: 0, append: 1 } as const

function exactly(number: number): number | undefined {
  return number === number ? number : undefined
}

function recordPart(
  part: FormatPart,
  out: ByteOutput,
  numbers: RecordNumbers,
): Write<PartitionCursor> {
  switch (part.kind) {
    case 'literal': {
      const constant = constantOf(part.bytes)
      return () => out.constant(constant)
    }
    case 'bytes':
      return fieldPart(part.field, part.encoding, out)
    case 'number': {
      const [numberOf, write] = [numbers[part.field], numberWriter(part.format, out)]
      return cursor => write(numberOf(cursor))
    }
    case 'date': {
      const { text } = part
      return ({ record }) => {
        const date = new Date(Number(record.timestamp))
        out.text(Number.isNaN(date.getTime()) ? String(record.timestamp) : text(date))
      }
    }
    case 'codec':
      return ({ batch }) => out.text(codecById(batch.codecId)?.name ?? 'unknown')
    case 'headers': {
      const parts = part.parts.map(each => headerPart(each, out))
      return ({ record }) => {
        if (record.headerCount === 0) return
        for (const header of record.headers()) for (const write of parts) write(header)
      }
    }
    case 'header-list':
      return ({ record }) => {
        if (record.headerCount > 0) writeHeaderList(record.headers(), out)
      }
    default:
      return assertNever(part)
  }
}

/** Plain fields of a record are copied from where they lie. */
function fieldPart(
  field: BytesField,
  encoding: BytesEncoding,
  out: ByteOutput,
): Write<PartitionCursor> {
  const write = bytesWriter(encoding, out)
  if (field === 'topic') return ({ topic }) => write(Buffer.from(topic))
  const isKey = field === 'key'
  if (encoding.kind === 'plain') {
    return ({ record }) => {
      const size = isKey ? record.keySize : record.valueSize
      if (size > 0) out.raw(record.bytes, isKey ? record.keyStart : record.valueStart, size)
    }
  }
  return ({ record }) => {
    const size = isKey ? record.keySize : record.valueSize
    const start = isKey ? record.keyStart : record.valueStart
    write(size < 0 ? null : record.bytes.subarray(start, start + size))
  }
}

function headerPart(part: FormatPart, out: ByteOutput): Write<RecordHeader> {
  if (part.kind === 'literal') {
    const constant = constantOf(part.bytes)
    return () => out.constant(constant)
  }
  if (part.kind === 'bytes') {
    const write = bytesWriter(part.encoding, out)
    return part.field === 'key' ? ({ key }) => write(key) : ({ value }) => write(value)
  }
  const write = numberWriter(part.kind === 'number' ? part.format : 'ascii', out)
  const isKey = part.kind === 'number' && part.field === 'keySize'
  return ({ key, value }) => write(isKey ? key.length : (value?.length ?? 0))
}

function bytesWriter(encoding: BytesEncoding, out: ByteOutput): Write<Buffer | null> {
  const { kind } = encoding
  switch (kind) {
    case 'plain':
      return bytes => {
        if (bytes !== null) out.bytes(bytes)
      }
    case 'nullable':
      return bytes => out.bytes(bytes ?? encoding.nullText)
    case 'unpack':
      return bytes => out.bytes(unpacked(bytes ?? Buffer.alloc(0), encoding.steps))
    case 'hex':
    case 'base64':
      return bytes => out.text(bytes?.toString(kind) ?? '')
    case 'base64raw':
      return bytes => out.text(bytes?.toString('base64').replace(/=+$/, '') ?? '')
    default:
      return assertNever(kind)
  }
}

function writeHeaderList(headers: readonly RecordHeader[], out: ByteOutput): void {
  headers.forEach(({ key, value }, index) => {
    if (index > 0) out.text(',')
    out.bytes(key)
    out.text('=')
    if (value === null) out.text('NULL')
    else out.bytes(value)
  })
}
