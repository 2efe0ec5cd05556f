/**
 * A batch built of records whose offsets are given, with all that a batch can say of them. A record that contradicts what
 * the batch says begins the next one.
 *
 * Source: org.apache.kafka.common.record.internal.DefaultRecordBatch#writeHeader
 */
import type { Codec } from '../../compression/codec.ts'
import { none } from '../../compression/none.ts'
import {
  CONTROL_BIT,
  TIMESTAMP_TYPE_BIT,
  TRANSACTIONAL_BIT,
  type TimestampType,
} from '../../record/attributes.ts'
import { LOG_OVERHEAD, MAGIC_V2, NO_SEQUENCE } from '../../record/batch.ts'
import { writeCrc } from '../../record/batch-builder.ts'
import { BATCH_HEADER, BATCH_OVERHEAD } from '../../record/batch-v2.ts'
import type { RecordSlices } from '../../record/record-slices.ts'
import { RecordWriter } from '../../record/record-writer.ts'

/** What is the same for all records of a batch. */
export interface BatchTraits {
  readonly leaderEpoch: number
  /** −1 none, here and below. */
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly timestampType: TimestampType
}

const OFFSET_DELTA_MAX = 0x7fff_ffff

export class RestoredBatch {
  readonly #codec: Codec
  readonly #sizeMax: number
  readonly #writer: RecordWriter
  #traits: BatchTraits | undefined
  #baseOffset = 0n
  #lastDelta = 0
  #baseSequence = NO_SEQUENCE
  #baseTimestamp = 0n
  #maxTimestamp = 0n
  #count = 0

  /** @param sizeMax bytes before compression; a record that takes more goes alone */
  constructor(codec: Codec, sizeMax: number) {
    this.#codec = codec
    this.#sizeMax = sizeMax
    this.#writer = new RecordWriter(BATCH_OVERHEAD, sizeMax)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /**
   * Adds a copy of the record, or returns false where it belongs into the next batch.
   *
   * @param offset above that of the record before
   */
  tryAdd(record: RecordSlices, traits: BatchTraits, offset: bigint, sequence: number): boolean {
    const timestamp = BigInt(record.timestamp)
    const isFirst = this.#count === 0
    if (!isFirst && !this.#continues(traits, offset, sequence, timestamp)) return false
    const delta = isFirst ? 0 : Number(offset - this.#baseOffset)
    const timeDelta = isFirst ? 0n : BigInt.asIntN(64, timestamp - this.#baseTimestamp)
    const roomSize = isFirst ? Infinity : this.#sizeMax - this.#writer.size
    if (!this.#writer.tryWrite(record, exact(timeDelta), delta, roomSize)) return false
    if (isFirst) {
      this.#traits = traits
      this.#baseOffset = offset
      this.#baseSequence = sequence
      this.#baseTimestamp = this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    this.#lastDelta = delta
    this.#count++
    return true
  }

  /** The batch, in bytes of its own; goes on empty. */
  build(): Buffer {
    const codec = this.#traits!.isControl ? none : this.#codec
    const bytes = codec.id === none.id ? this.#writer.copy() : this.#compressed(codec)
    this.#writer.clear()
    bytes.set(this.#header(codec, bytes.length))
    writeCrc(bytes)
    this.#count = 0
    return bytes
  }

  /** A control record is alone; under LogAppendTime all have the same time. */
  #continues(traits: BatchTraits, offset: bigint, sequence: number, timestamp: bigint): boolean {
    const own = this.#traits!
    if (traits.isControl || !isSame(own, traits)) return false
    if (own.timestampType === 'append' && timestamp !== this.#baseTimestamp) return false
    const delta = offset - this.#baseOffset
    if (delta > OFFSET_DELTA_MAX) return false
    const expected = this.#baseSequence < 0 ? NO_SEQUENCE : this.#baseSequence + Number(delta)
    return sequence === expected && expected <= OFFSET_DELTA_MAX
  }

  #compressed(codec: Codec): Buffer {
    const payload = codec.compress(this.#writer.records(), { magic: MAGIC_V2 })
    const bytes = Buffer.allocUnsafeSlow(BATCH_OVERHEAD + payload.length)
    bytes.set(payload, BATCH_OVERHEAD)
    return bytes
  }

  #header(codec: Codec, size: number): Buffer {
    const { leaderEpoch, producerId, producerEpoch, timestampType, ...kind } = this.#traits!
    return BATCH_HEADER.encode({
      baseOffset: this.#baseOffset,
      batchLength: size - LOG_OVERHEAD,
      partitionLeaderEpoch: leaderEpoch,
      magic: MAGIC_V2,
      crc: 0,
      attributes:
        codec.id |
        (timestampType === 'append' ? TIMESTAMP_TYPE_BIT : 0) |
        (kind.isTransactional ? TRANSACTIONAL_BIT : 0) |
        (kind.isControl ? CONTROL_BIT : 0),
      lastOffsetDelta: this.#lastDelta,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      producerId,
      producerEpoch,
      baseSequence: this.#baseSequence,
      recordsCount: this.#count,
    })
  }
}

function isSame(a: BatchTraits, b: BatchTraits): boolean {
  return (
    a.leaderEpoch === b.leaderEpoch &&
    a.producerId === b.producerId &&
    a.producerEpoch === b.producerEpoch &&
    a.isTransactional === b.isTransactional &&
    a.isControl === b.isControl &&
    a.timestampType === b.timestampType
  )
}

function exact(delta: bigint): number | bigint {
  const number = Number(delta)
  return Number.isSafeInteger(number) ? number : delta
}
