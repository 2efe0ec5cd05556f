/**
 * The line that kafka-dump-log prints of a record. Millions come of one dump: what repeats from line to line is copied,
 * and short text goes through without becoming a string.
 */
import { javaString, javaUtf8 } from '../../binary/java-text.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { dumpControlRecord } from '../../protocol/control-record.ts'
import type { TimestampType } from '../../record/attributes.ts'
import { NO_SEQUENCE } from '../../record/batch.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import { constantOf, STAGE_BYTES, type ByteOutput, type Constant } from '../byte-output.ts'
import type { RecordText } from './record-text.ts'

export interface RecordLineOptions {
  readonly printContents: boolean
  readonly skipRecordMetadata: boolean
  readonly headerValues: boolean
  /** Undefined: UTF-8, as it is. */
  readonly recordText: RecordText | undefined
  readonly onUnreadableControl: (offset: bigint, refusal: string) => void
}

export const TIMESTAMP_LABELS: Readonly<Record<TimestampType, Constant>> = {
  none: constantOf(' NoTimestampType: '),
  create: constantOf(' CreateTime: '),
  append: constantOf(' LogAppendTime: '),
}

export class RecordLine {
  readonly #out: ByteOutput
  readonly #options: RecordLineOptions
  #isControl = false
  #isV2 = true
  #timestampLabel = TIMESTAMP_LABELS.none
  /** Where the contents of the current batch's records end in their buffer. */
  #contentsEnd = 0
  /** What the last line said of its record, and where it lies in the output. */
  readonly #last = {
    start: 0,
    end: 0,
    offsetEnd: 0,
    offset: NaN,
    /** The lowest number that has more digits. */
    offsetLimit: 0,
    timestamp: NaN,
    keySize: 0,
    valueSize: 0,
    sequence: 0,
    sequenceLimit: 0,
    label: TIMESTAMP_LABELS.none,
  }

  constructor(out: ByteOutput, options: RecordLineOptions) {
    this.#out = out
    this.#options = options
  }

  /** The batch whose records come now. */
  in(batch: Batch): void {
    this.#isControl = batch.isControl
    this.#isV2 = batch instanceof BatchV2
    this.#timestampLabel = TIMESTAMP_LABELS[batch.timestampType]
    // Lines of control records and of v0/v1 messages say more: none of them may become a copy of the line before.
    if (this.#isControl || !this.#isV2) this.#last.offset = NaN
    this.#contentsEnd = batch.codecId === 0 ? batch.start + batch.size : Infinity
    this.#out.clearStage()
  }

  write(record: RecordCursor): void {
    const { printContents, skipRecordMetadata } = this.#options
    if (!skipRecordMetadata) this.#metadata(record)
    if (printContents && !this.#isControl) this.#contents(record, skipRecordMetadata)
    this.#out.byte(NEWLINE)
  }

  #metadata(record: RecordCursor): void {
    if (this.#countsOn(record)) return
    const out = this.#out
    const last = this.#last
    last.offset = NaN
    last.start = out.position
    out.constant(RECORD_OFFSET)
    const offsetStart = out.position
    const { offsetNumber } = record
    if (offsetNumber === offsetNumber) out.integer(offsetNumber)
    else out.bigint(record.offset)
    last.offsetEnd = out.position
    last.offsetLimit = 10 ** (last.offsetEnd - offsetStart)
    this.#timestampAndSizes(record)
    if (this.#isV2) this.#sequenceAndHeaders(record)
    else this.#checksum(record)
    if (this.#isControl) this.#control(record)
  }

  #control(record: RecordCursor): void {
    const { text, refusal } = dumpControlRecord(keyOf(record), valueOf(record))
    this.#out.text(text)
    if (refusal !== undefined) this.#options.onUnreadableControl(record.offset, refusal)
  }

  /** Most lines are the one before with offset and sequence one higher: then they are copied, and the two counted on. */
  #countsOn(record: RecordCursor): boolean {
    const last = this.#last
    const { offsetNumber, sequence } = record
    const isNext =
      offsetNumber === last.offset + 1 &&
      offsetNumber > 0 &&
      record.timestampNumber === last.timestamp &&
      record.keySize === last.keySize &&
      record.valueSize === last.valueSize &&
      record.headerCount === 0 &&
      this.#timestampLabel === last.label &&
      offsetNumber < last.offsetLimit &&
      sequence === last.sequence + (last.sequence === NO_SEQUENCE ? 0 : 1) &&
      sequence < last.sequenceLimit
    const out = this.#out
    const { position } = out
    if (!isNext || !out.again(last.start, last.end)) return false
    const moved = position - last.start
    last.start = position
    last.end += moved
    last.offsetEnd += moved
    last.offset = offsetNumber
    out.increment(last.offsetEnd)
    if (sequence !== last.sequence) out.increment(last.end - NO_HEADERS.size)
    last.sequence = sequence
    return true
  }

  #timestampAndSizes(record: RecordCursor): void {
    const out = this.#out
    const last = this.#last
    const { timestampNumber, keySize, valueSize } = record
    out.constant(this.#timestampLabel)
    if (timestampNumber === timestampNumber) out.integer(timestampNumber)
    else out.bigint(record.timestamp)
    out.constant(KEY_SIZE)
    out.integer(keySize)
    out.constant(VALUE_SIZE)
    out.integer(valueSize)
    last.timestamp = timestampNumber
    last.keySize = keySize
    last.valueSize = valueSize
    last.label = this.#timestampLabel
  }

  #sequenceAndHeaders(record: RecordCursor): void {
    const out = this.#out
    const last = this.#last
    out.constant(SEQUENCE)
    const sequenceStart = out.position
    out.integer(record.sequence)
    last.sequenceLimit = 10 ** (out.position - sequenceStart)
    if (record.headerCount !== 0) {
      this.#headers(record)
      return
    }
    out.constant(NO_HEADERS)
    last.end = out.position
    last.sequence = record.sequence
    if (!this.#isControl) last.offset = record.offsetNumber
  }

  #checksum(record: RecordCursor): void {
    const { stored, isValid } = record.checksum()!
    this.#out.text(` isValid: ${isValid} crc: ${stored}`)
  }

  #headers(record: RecordCursor): void {
    const out = this.#out
    const headers = record.headers()
    out.text(` headerKeys: [${headers.map(({ key }) => javaString(key)).join(',')}]`)
    if (!this.#options.headerValues) return
    out.text(' headerValues: [')
    headers.forEach(({ value }, index) => {
      if (index > 0) out.text(',')
      if (value === null) out.text('null')
      else out.bytes(javaUtf8(value))
    })
    out.text(']')
  }

  #contents(record: RecordCursor, isWholeLine: boolean): void {
    const { recordText } = this.#options
    if (recordText !== undefined) {
      this.#translated(recordText, record, isWholeLine)
      return
    }
    const out = this.#out
    if (record.keySize >= 0) {
      out.constant(isWholeLine ? LINE_KEY : KEY)
      this.#utf8(record, record.keyStart, record.keySize)
    }
    if (record.valueSize >= 0) {
      out.constant(isWholeLine && record.keySize < 0 ? LINE_PAYLOAD : PAYLOAD)
      this.#utf8(record, record.valueStart, record.valueSize)
    }
  }

  #translated(recordText: RecordText, record: RecordCursor, isWholeLine: boolean): void {
    const { key, payload } = recordText({
      offset: record.offset,
      key: keyOf(record),
      value: valueOf(record),
    })
    let prefix = isWholeLine ? '| ' : ' '
    if (key !== undefined) {
      this.#out.text(`${prefix}key: ${key}`)
      prefix = ' '
    }
    if (payload !== undefined) this.#out.text(`${prefix}payload: ${payload}`)
  }

  #utf8(record: RecordCursor, start: number, size: number): void {
    const out = this.#out
    if (out.staged(start, size)) return
    const { bytes } = record
    if (size > STAGE_BYTES) {
      out.bytes(javaUtf8(bytes.subarray(start, start + size)))
      return
    }
    out.stage(bytes, start, Math.min(bytes.length, this.#contentsEnd))
    out.staged(start, size)
  }
}

const NEWLINE = 0x0a
const RECORD_OFFSET = constantOf('| offset: ')
const KEY_SIZE = constantOf(' keySize: ')
const VALUE_SIZE = constantOf(' valueSize: ')
const SEQUENCE = constantOf(' sequence: ')
const NO_HEADERS = constantOf(' headerKeys: []')
const KEY = constantOf(' key: ')
const PAYLOAD = constantOf(' payload: ')
const LINE_KEY = constantOf('| key: ')
const LINE_PAYLOAD = constantOf('| payload: ')
