/**
 * The fields of a batch one by one, with where each lies: a hexdump's captions. Walks what the batch declares and stops
 * where that no longer fits.
 */
import { CorruptDataError } from '../base/errors.ts'
import type { PlacedField } from '../binary/layout.ts'
import { ByteReader } from '../binary/reader.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, BatchV2 } from './batch-v2.ts'
import { MESSAGE_V0_HEADER, MESSAGE_V1_HEADER, type LegacyMessage } from './legacy-message.ts'

export interface AnnotatedField {
  /** Bytes from the batch's first. */
  readonly position: number
  readonly size: number
  readonly name: string
  /** Undefined where the bytes speak for themselves. */
  readonly value: string | undefined
}

export function* annotateBatch(batch: BatchV2 | LegacyMessage): Generator<AnnotatedField> {
  if (batch instanceof BatchV2) {
    yield* annotateHeader(batch, BATCH_HEADER)
    yield* annotateBody(batch)
  } else {
    yield* annotateHeader(batch, batch.magic === 0 ? MESSAGE_V0_HEADER : MESSAGE_V1_HEADER)
    yield* annotateMessage(batch)
  }
}

interface Header {
  readonly fields: readonly PlacedField[]
}

function* annotateHeader(
  batch: BatchV2 | LegacyMessage,
  header: Header,
): Generator<AnnotatedField> {
  for (const { name, type, offset } of header.fields) {
    if (offset + type.size > batch.size) return
    const value = String(type.read(batch.buffer, batch.start + offset))
    yield { position: offset, size: type.size, name, value }
  }
}

function* annotateBody(batch: BatchV2): Generator<AnnotatedField> {
  if (batch.size <= BATCH_OVERHEAD) return
  const rest = { position: BATCH_OVERHEAD, size: batch.size - BATCH_OVERHEAD }
  if (batch.codecId !== 0) {
    yield { ...rest, name: 'records, compressed', value: undefined }
    return
  }
  const walk = new FieldWalk(batch)
  try {
    for (let i = 0; i < batch.recordCount; i++) yield* walk.record(i)
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error
  }
  yield* walk.rest('bytes that are no record')
}

function* annotateMessage(message: LegacyMessage): Generator<AnnotatedField> {
  const walk = new FieldWalk(message, message.keySizeAt)
  try {
    yield* walk.sizedBytes('key', reader => reader.int32())
    const name = message.codecId === 0 ? 'value' : 'value: messages, compressed'
    yield* walk.sizedBytes(name, reader => reader.int32())
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error
  }
  yield* walk.rest('bytes that are no field')
}

class FieldWalk {
  readonly #reader: ByteReader
  readonly #start: number

  constructor(batch: BatchV2 | LegacyMessage, from = BATCH_OVERHEAD) {
    this.#start = batch.start
    this.#reader = new ByteReader(batch.buffer, batch.start + from, batch.start + batch.size)
  }

  *record(index: number): Generator<AnnotatedField> {
    const prefix = `record ${index} `
    yield this.#field(`${prefix}length`, reader => reader.varint())
    yield this.#field(`${prefix}attributes`, reader => reader.int8())
    yield this.#field(`${prefix}timestampDelta`, reader => reader.varlong())
    yield this.#field(`${prefix}offsetDelta`, reader => reader.varint())
    yield* this.sizedBytes(`${prefix}key`, varint)
    yield* this.sizedBytes(`${prefix}value`, varint)
    let headerCount = 0
    yield this.#field(`${prefix}headerCount`, reader => (headerCount = reader.varint()))
    for (let i = 0; i < headerCount; i++) {
      yield* this.sizedBytes(`${prefix}header ${i} key`, varint)
      yield* this.sizedBytes(`${prefix}header ${i} value`, varint)
    }
  }

  *sizedBytes(name: string, readSize: (reader: ByteReader) => number): Generator<AnnotatedField> {
    let size = -1
    yield this.#field(`${name} size`, reader => (size = readSize(reader)))
    if (size <= 0) return
    const position = this.#reader.position - this.#start
    this.#reader.bytes(size)
    yield { position, size, name, value: undefined }
  }

  *rest(name: string): Generator<AnnotatedField> {
    const { position, remaining } = this.#reader
    if (remaining === 0) return
    yield { position: position - this.#start, size: remaining, name, value: undefined }
  }

  #field(name: string, read: (reader: ByteReader) => unknown): AnnotatedField {
    const before = this.#reader.position
    const value = String(read(this.#reader))
    const size = this.#reader.position - before
    return { position: before - this.#start, size, name, value }
  }
}

function varint(reader: ByteReader): number {
  return reader.varint()
}
