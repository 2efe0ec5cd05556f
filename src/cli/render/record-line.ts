/**
 * The line that kafka-dump-log prints of a record. Millions come of one dump: what repeats from line to line is copied,
 * and short text goes through without becoming a string.
 */
import { javaString, javaUtf8 } from '../../binary/java-text.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { dumpControlRecord } from '../../protocol/control-record.ts'
import type { TimestampType } from '../../record/attributes.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import { constantOf, type ByteOutput, type Constant } from '../byte-output.ts'
import type { RecordText } from './record-text.ts'

export interface RecordLineOptions {
  readonly printContents: boolean
  readonly skipRecordMetadata: boolean
  readonly headerValues: boolean
  /** Undefined: UTF-8, as it is. */
  readonly recordText: RecordText | undefined
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
  /** The middle of the last line, and where it lies in the output. */
  readonly #last = {
    start: 0,
    end: 0,
    timestamp: NaN,
    keySize: 0,
    valueSize: 0,
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
  }

  write(record: RecordCursor): void {
    const { printContents, skipRecordMetadata } = this.#options
    if (!skipRecordMetadata) this.#metadata(record)
    if (printContents && !this.#isControl) this.#contents(record, skipRecordMetadata)
    this.#out.byte(NEWLINE)
  }

  #metadata(record: RecordCursor): void {
    const out = this.#out
    out.constant(RECORD_OFFSET)
    const { offsetNumber } = record
    if (offsetNumber === offsetNumber) out.integer(offsetNumber)
    else out.bigint(record.offset)
    this.#timestampAndSizes(record)
    if (this.#isV2) {
      out.constant(SEQUENCE)
      out.integer(record.sequence)
      this.#headers(record)
    } else {
      const { stored, isValid } = record.checksum()!
      out.text(` isValid: ${isValid} crc: ${stored}`)
    }
    if (this.#isControl) out.text(dumpControlRecord(keyOf(record), valueOf(record)).text)
  }

  /** Often the same as in the line before: then its bytes are copied. */
  #timestampAndSizes(record: RecordCursor): void {
    const { timestampNumber, keySize, valueSize } = record
    const last = this.#last
    const isSame =
      timestampNumber === last.timestamp &&
      keySize === last.keySize &&
      valueSize === last.valueSize &&
      this.#timestampLabel === last.label
    const out = this.#out
    if (isSame && out.again(last.start, last.end)) return
    last.start = out.position
    out.constant(this.#timestampLabel)
    if (timestampNumber === timestampNumber) out.integer(timestampNumber)
    else out.bigint(record.timestamp)
    out.constant(KEY_SIZE)
    out.integer(keySize)
    out.constant(VALUE_SIZE)
    out.integer(valueSize)
    last.end = out.position
    last.timestamp = timestampNumber
    last.keySize = keySize
    last.valueSize = valueSize
    last.label = this.#timestampLabel
  }

  #headers(record: RecordCursor): void {
    const out = this.#out
    if (record.headerCount === 0) {
      out.constant(NO_HEADERS)
      return
    }
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
    if (this.#out.shortAscii(record.bytes, start, size)) return
    this.#out.bytes(javaUtf8(record.bytes.subarray(start, start + size)))
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
