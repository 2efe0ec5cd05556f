/**
 * Records in a pipe, as bytes: what `consume --binary` writes and `produce --binary` reads. Frames follow each other
 * without anything between, so that streams can be cut between frames and put together. Integers are big-endian, and
 * the first 28 bytes have one shape: a reader in any language unpacks them at once (Python: `>hbbiiqq`).
 *
 * | bytes      | field         | type  | meaning                                                       |
 * |------------|---------------|-------|---------------------------------------------------------------|
 * | 0–1        | magic         | int16 | 0x6b66, "kf"                                                  |
 * | 2          | version       | int8  | 1                                                             |
 * | 3          | timestampType | int8  | 0 none, 1 create, 2 append                                    |
 * | 4–7        | size          | int32 | bytes behind this field; 32 at least                          |
 * | 8–11       | partition     | int32 | −1 where it is left to the reader                             |
 * | 12–19      | offset        | int64 | −1 for none                                                   |
 * | 20–27      | timestamp     | int64 | milliseconds since 1970, −1 for none                          |
 * | 28–31      | keySize       | int32 | −1 for null: no bytes follow; 0 for an empty key              |
 * |            | key           | bytes |                                                               |
 * |            | valueSize     | int32 | as keySize                                                    |
 * |            | value         | bytes |                                                               |
 * |            | headerCount   | int32 | 0 or more                                                     |
 * |            | headers       |       | each: int32 size ≥ 0, name, int32 size (−1 for null), value   |
 *
 * Nothing is left over in a frame: behind the last header it ends. There is no checksum; a pipe loses nothing.
 */
import { CorruptDataError, LimitError } from '../base/errors.ts'
import { BATCH_BYTES_MAX_FLAG, DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../base/limits.ts'
import { int16At, int32At, int64At, int8At } from '../binary/big-endian.ts'
import { int16, int32, int64, int8, layout } from '../binary/layout.ts'
import type { TimestampType } from './attributes.ts'
import { FrameBodyReader, HEADER_SIZE_MIN } from './frame-body-reader.ts'
import type { RecordHeader } from './record-cursor.ts'

export interface FramedRecord {
  /** −1 for none. */
  readonly partition: number
  /** −1 for none. */
  readonly offset: bigint
  readonly timestampType: TimestampType
  /** Milliseconds since 1970, −1 for none. */
  readonly timestamp: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

const FRAME_HEADER = layout({
  magic: int16,
  version: int8,
  timestampType: int8,
  size: int32,
  partition: int32,
  offset: int64,
  timestamp: int64,
})
const AT = FRAME_HEADER.offsetOf
const INT32_SIZE = int32.size
/** What `size` doesn't count. */
const UNCOUNTED = AT.size + INT32_SIZE
const SIZE_FIELDS = 3
/** Of a frame without key, value and headers. */
const FRAME_SIZE_MIN = FRAME_HEADER.size + SIZE_FIELDS * INT32_SIZE
const MAGIC = 0x6b66
const VERSION = 1
const FIRST_BUFFER_SIZE = 4096
const TIMESTAMP_TYPES: readonly TimestampType[] = ['none', 'create', 'append']

/** Puts frames together in one buffer that it uses again and again. */
export class RecordFrameEncoder {
  #buffer: Buffer = Buffer.allocUnsafe(FIRST_BUFFER_SIZE)

  /** A view of the frame, valid until the next call. */
  encode(record: FramedRecord): Buffer {
    const { key, value, headers } = record
    const size = frameSizeOf(record)
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(2 * size)
    const buffer = this.#buffer
    writeHeader(buffer, record, size)
    let at = writeBytes(buffer, FRAME_HEADER.size, key)
    at = writeBytes(buffer, at, value)
    at = buffer.writeInt32BE(headers.length, at)
    for (const header of headers) {
      at = writeBytes(buffer, at, header.key)
      at = writeBytes(buffer, at, header.value)
    }
    return buffer.subarray(0, size)
  }
}

/**
 * Reads frames out of chunks of any size:
 *
 *     decoder.push(chunk)
 *     for (let record = decoder.next(); record; record = decoder.next()) …
 *     decoder.end()      when the stream has ended
 *
 * Errors tell the byte of the stream, from 0 on. Behind an error nothing can be read: where the next frame begins is
 * not known.
 */
export class RecordFrameDecoder {
  readonly #sizeMax: number
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0
  /** Where the buffer begins in the stream. */
  #base = 0
  /** Whether the buffer may be written to; else it is a chunk. */
  #isOurs = false

  constructor({ batchBytesMax }: DecodeLimits = DEFAULT_DECODE_LIMITS) {
    this.#sizeMax = batchBytesMax
  }

  /** Where the next frame begins in the stream. */
  get position(): number {
    return this.#base + this.#at
  }

  /** The chunk is not copied as long as it needn't be: it must not change before the next push. */
  push(chunk: Buffer): void {
    if (this.#at < this.#end) {
      this.#append(chunk)
      return
    }
    this.#base += this.#end
    this.#buffer = chunk
    this.#isOurs = false
    this.#at = 0
    this.#end = chunk.length
  }

  /**
   * The next record, a view valid until the next push; undefined where more bytes are needed for it.
   *
   * @throws CorruptDataError where the bytes are no frame
   * @throws LimitError where a frame is larger than a batch may be
   */
  next(): FramedRecord | undefined {
    const available = this.#end - this.#at
    if (available > 0) this.#checkMagic(available)
    if (available < UNCOUNTED) return undefined
    const size = UNCOUNTED + int32At(this.#buffer, this.#at + AT.size)
    this.#checkSize(size)
    if (available < size) return undefined
    const record = this.#decode(this.#at, this.#at + size)
    this.#at += size
    return record
  }

  /** @throws CorruptDataError where the stream ends within a frame */
  end(): void {
    const left = this.#end - this.#at
    if (left === 0) return
    throw this.#corrupt(0, 'the stream ends within a record frame', `${left} bytes`, 'all of it')
  }

  #append(chunk: Buffer): void {
    if (!this.#isOurs || this.#end + chunk.length > this.#buffer.length)
      this.#makeRoom(chunk.length)
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /**
   * Moves the beginning of a frame to the front, or to a larger buffer. Neither moves more bytes than have come since it
   * was moved before: the time stays in proportion to the stream, and so does the memory to what came of the frame.
   */
  #makeRoom(size: number): void {
    const begun = this.#buffer.subarray(this.#at, this.#end)
    const needed = begun.length + size
    const fits = this.#isOurs && needed <= this.#buffer.length && begun.length <= this.#at
    if (!fits) this.#buffer = Buffer.allocUnsafe(2 * needed)
    this.#buffer.set(begun)
    this.#isOurs = true
    this.#base += this.#at
    this.#at = 0
    this.#end = begun.length
  }

  /** As far as they have come: what is no frame is refused at its first byte. */
  #checkMagic(available: number): void {
    const [at, buffer] = [this.#at, this.#buffer]
    const isMagic =
      available === 1 ? buffer[at] === MAGIC >> 8 : int16At(buffer, at + AT.magic) === MAGIC
    if (!isMagic) {
      const found = `0x${buffer.toString('hex', at, at + Math.min(available, 2))}`
      throw this.#corrupt(AT.magic, 'no record frame begins here', found, `0x${MAGIC.toString(16)}`)
    }
    if (available <= AT.version) return
    const version = int8At(buffer, at + AT.version)
    if (version !== VERSION) {
      throw this.#corrupt(AT.version, 'unknown version of record frame', `${version}`, `${VERSION}`)
    }
  }

  #checkSize(size: number): void {
    if (size < FRAME_SIZE_MIN) {
      const least = `${FRAME_SIZE_MIN - UNCOUNTED} or more`
      throw this.#corrupt(AT.size, 'impossible size of a frame', `${size - UNCOUNTED}`, least)
    }
    if (size <= this.#sizeMax) return
    throw new LimitError({
      what: `record frame at byte ${this.position} of the stream`,
      needed: `${size} bytes`,
      allowed: `${this.#sizeMax}`,
      flag: BATCH_BYTES_MAX_FLAG,
    })
  }

  #decode(start: number, end: number): FramedRecord {
    const buffer = this.#buffer
    const timestampType = TIMESTAMP_TYPES[int8At(buffer, start + AT.timestampType)]
    if (timestampType === undefined) {
      const found = `${int8At(buffer, start + AT.timestampType)}`
      throw this.#corrupt(AT.timestampType, 'unknown timestamp type', found, '0, 1 or 2')
    }
    const body = new FrameBodyReader(buffer, {
      start: start + FRAME_HEADER.size,
      end,
      streamPosition: this.position + FRAME_HEADER.size,
    })
    const record = {
      partition: int32At(buffer, start + AT.partition),
      offset: int64At(buffer, start + AT.offset),
      timestampType,
      timestamp: int64At(buffer, start + AT.timestamp),
      key: body.bytes('key'),
      value: body.bytes('value'),
      headers: body.headers(),
    }
    body.finish()
    return record
  }

  /** @param field its bytes from the beginning of the frame */
  #corrupt(field: number, reason: string, found: string, expected: string): CorruptDataError {
    return new CorruptDataError({ position: this.position + field, reason, found, expected })
  }
}

function frameSizeOf({ key, value, headers }: FramedRecord): number {
  let size = FRAME_SIZE_MIN + (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) {
    size += HEADER_SIZE_MIN + header.key.length + (header.value?.length ?? 0)
  }
  return size
}

function writeHeader(buffer: Buffer, record: FramedRecord, size: number): void {
  buffer.writeInt16BE(MAGIC, AT.magic)
  buffer.writeInt8(VERSION, AT.version)
  buffer.writeInt8(TIMESTAMP_TYPES.indexOf(record.timestampType), AT.timestampType)
  buffer.writeInt32BE(size - UNCOUNTED, AT.size)
  buffer.writeInt32BE(record.partition, AT.partition)
  buffer.writeBigInt64BE(record.offset, AT.offset)
  buffer.writeBigInt64BE(record.timestamp, AT.timestamp)
}

function writeBytes(buffer: Buffer, at: number, bytes: Buffer | null): number {
  buffer.writeInt32BE(bytes?.length ?? -1, at)
  if (bytes !== null) buffer.set(bytes, at + INT32_SIZE)
  return at + INT32_SIZE + (bytes?.length ?? 0)
}
