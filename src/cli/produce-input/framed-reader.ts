/** Records as `consume --binary` writes them. */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import { numberIfExact } from '../../binary/big-endian.ts'
import type { OutgoingRecord } from '../../client/outgoing-record.ts'
import { RecordFrameDecoder, type FramedRecord } from '../../record/record-frame.ts'
import type { InputWindow } from './input-window.ts'
import { RECORD_SIZE_MAX_FLAG, type RecordReader } from './record-reader.ts'

export class FramedReader implements RecordReader {
  readonly #decoder: RecordFrameDecoder
  #count = 0
  #position = 0

  /** @param sizeMax bytes that a frame may have */
  constructor(sizeMax: number) {
    this.#decoder = new RecordFrameDecoder({ batchBytesMax: sizeMax })
  }

  get place(): string {
    return `record ${this.#count}`
  }

  get position(): number {
    return this.#position
  }

  next(window: InputWindow, record: OutgoingRecord): boolean {
    this.#position = this.#decoder.position
    const framed = this.#next(window)
    if (framed === undefined) return false
    this.#count++
    record.partition = framed.partition
    record.timestamp = numberIfExact(framed.timestamp)
    record.setKey(framed.key)
    record.setValue(framed.value)
    record.headers = framed.headers
    return true
  }

  #next(window: InputWindow): FramedRecord | undefined {
    try {
      const framed = this.#decoder.next()
      if (framed !== undefined) return framed
      if (window.size > 0) {
        // A copy: the decoder keeps what it needs of it until more comes, and the window doesn't.
        this.#decoder.push(Buffer.from(window.bytes.subarray(window.start, window.end)))
        window.start = window.end
        return this.#decoder.next()
      }
      if (window.isEnded) this.#decoder.end()
      return undefined
    } catch (error) {
      throw told(error, window.name, this.#count + 1)
    }
  }
}

function told(error: unknown, name: string, count: number): unknown {
  if (error instanceof CorruptDataError) {
    const { damage } = error
    return new CorruptDataError({
      ...damage,
      file: name,
      reason: `record ${count}: ${damage.reason}`,
    })
  }
  if (!(error instanceof LimitError)) return error
  return new LimitError({
    ...error.limit,
    what: `${name}, record ${count}: ${error.limit.what}`,
    flag: RECORD_SIZE_MAX_FLAG,
  })
}
