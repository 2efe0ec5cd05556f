/** An input that is one record. */
import { LimitError } from '../../base/errors.ts'
import type { OutgoingRecord } from '../../client/outgoing-record.ts'
import type { LineParser } from './delimited-reader.ts'
import type { InputWindow } from './input-window.ts'
import { RECORD_SIZE_MAX_FLAG, type RecordReader } from './record-reader.ts'

export class WholeInputReader implements RecordReader {
  readonly place = 'the whole of it'
  readonly position = 0
  readonly #parser: LineParser
  readonly #sizeMax: number
  #isTaken = false

  constructor(parser: LineParser, sizeMax: number) {
    this.#parser = parser
    this.#sizeMax = sizeMax
  }

  next(window: InputWindow, record: OutgoingRecord): boolean {
    if (window.size > this.#sizeMax) {
      throw new LimitError({
        what: `${window.name}, as one record`,
        needed: `more than ${this.#sizeMax} bytes`,
        allowed: `${this.#sizeMax} bytes`,
        flag: RECORD_SIZE_MAX_FLAG,
      })
    }
    if (!window.isEnded || this.#isTaken) return false
    this.#parser.parse(record, window.bytes, window.start, window.end)
    window.start = window.end
    return (this.#isTaken = true)
  }
}
