/** A line as kcat reads it: a value, or a key, a delimiter and a value. */
import type { OutgoingRecord } from '../../client/outgoing-record.ts'
import type { RecordHeader } from '../../record/record-cursor.ts'
import type { LineParser } from './delimited-reader.ts'
import { indexOfBytes } from './index-of-bytes.ts'

export interface PlainLineOptions {
  /** The first one in a line ends the key. */
  readonly keyDelimiter: Buffer | undefined
  /** Of lines that hold none. */
  readonly fixedKey: Buffer | undefined
  /** Of every record. */
  readonly headers: readonly RecordHeader[]
  /** Whether an empty key or value means null. */
  readonly emptyIsNull: boolean
}

export class PlainLine implements LineParser {
  readonly #options: PlainLineOptions

  constructor(options: PlainLineOptions) {
    this.#options = options
  }

  parse(record: OutgoingRecord, bytes: Buffer, start: number, end: number): void {
    const { keyDelimiter, fixedKey, headers, emptyIsNull } = this.#options
    const keyEnd = keyDelimiter === undefined ? -1 : indexOfBytes(bytes, keyDelimiter, start, end)
    let valueStart = start
    if (keyDelimiter !== undefined && keyEnd >= 0) {
      record.keyBytes = bytes
      record.keyStart = start
      record.keySize = emptyIsNull && keyEnd === start ? -1 : keyEnd - start
      valueStart = keyEnd + keyDelimiter.length
    } else {
      record.setKey(fixedKey ?? null)
    }
    record.valueBytes = bytes
    record.valueStart = valueStart
    record.valueSize = emptyIsNull && valueStart === end ? -1 : end - valueStart
    record.headers = headers
  }
}
