/** Batches as producers and coordinators send them. */
import { crc32 } from '../../src/binary/checksum.ts'
import type { Codec } from '../../src/compression/codec.ts'
import { BatchBuilder, writeCrc } from '../../src/record/batch-builder.ts'
import { BATCH_HEADER } from '../../src/record/batch-v2.ts'
import { MESSAGE_V1_HEADER } from '../../src/record/legacy-message.ts'
import { LOG_OVERHEAD } from '../../src/record/batch.ts'
import { NOW_MS } from './new-log.ts'

export interface NewBatch {
  readonly count?: number
  /** Of its records, one behind the other; the last is that of all the others. */
  readonly timestamps?: readonly number[]
  readonly key?: string | null
  readonly value?: Buffer
  readonly codec?: Codec
  readonly producer?: SendingProducer
  readonly isTransactional?: boolean
}

export interface SendingProducer {
  readonly id: bigint
  readonly epoch: number
  readonly sequence: number
}

export function newBatch(batch: NewBatch = {}): Buffer {
  const { count = 1, timestamps = [NOW_MS], key = null, codec, producer, isTransactional } = batch
  const builder = new BatchBuilder({
    ...(codec && { codec }),
    ...(producer && { producer: asProducer(producer) }),
    ...(isTransactional !== undefined && { isTransactional }),
  })
  for (let index = 0; index < count; index++) {
    builder.add({
      timestamp: BigInt(timestamps[index] ?? timestamps.at(-1)!),
      key: key === null ? null : Buffer.from(key),
      value: batch.value ?? Buffer.from(`value ${index}`),
      headers: [],
    })
  }
  return builder.build()
}

/** One record in so many bytes. */
export function batchOfSize(size: number, timestamp = NOW_MS): Buffer {
  const bytes = newBatch({ timestamps: [timestamp], value: Buffer.alloc(size - 70, 'v') })
  if (bytes.length !== size) throw new Error(`${bytes.length} bytes instead of ${size}`)
  return bytes
}

export interface NewMarker {
  readonly id: bigint
  readonly epoch: number
  readonly isCommitted?: boolean
  readonly coordinatorEpoch?: number
  /** 0 is an abort, 1 a commit. */
  readonly type?: number
}

export function newMarker(marker: NewMarker): Buffer {
  const { id, epoch, isCommitted = false, coordinatorEpoch = 0 } = marker
  const builder = new BatchBuilder({
    producer: asProducer({ id, epoch, sequence: -1 }),
    isTransactional: true,
    isControl: true,
  })
  const key = Buffer.from([0, 0, 0, marker.type ?? (isCommitted ? 1 : 0)])
  const value = Buffer.alloc(6)
  value.writeInt32BE(coordinatorEpoch, 2)
  builder.add({ timestamp: BigInt(NOW_MS), key, value, headers: [] })
  return builder.build()
}

/** A message of format v1, by default without a key. */
export function legacyMessage(value: Buffer, codecId = 0, key?: Buffer): Buffer {
  const { size, offsetOf: at } = MESSAGE_V1_HEADER
  const header = MESSAGE_V1_HEADER.encode({
    offset: 0n,
    messageSize: size + 8 + (key?.length ?? 0) + value.length - LOG_OVERHEAD,
    crc: 0,
    magic: 1,
    attributes: codecId,
    timestamp: BigInt(NOW_MS),
  })
  const keySize = Buffer.alloc(4, 0xff)
  if (key !== undefined) keySize.writeInt32BE(key.length)
  const valueSize = Buffer.alloc(4)
  valueSize.writeInt32BE(value.length)
  const bytes = Buffer.concat([header, keySize, key ?? Buffer.alloc(0), valueSize, value])
  bytes.writeUInt32BE(crc32(bytes.subarray(at.magic)), at.crc)
  return bytes
}

/** The same bytes, as a leader has placed them. */
export function placedAt(bytes: Buffer, baseOffset: bigint | number, leaderEpoch = 0): Buffer {
  const { baseOffset: offsetAt, partitionLeaderEpoch: epochAt } = BATCH_HEADER.offsetOf
  bytes.writeBigInt64BE(BigInt(baseOffset), offsetAt)
  bytes.writeInt32BE(leaderEpoch, epochAt)
  return bytes
}

/** With another number in its header, and a checksum that holds. */
export function withHeader(
  bytes: Buffer,
  changes: Partial<Record<'recordsCount' | 'lastOffsetDelta' | 'baseSequence', number>>,
): Buffer {
  for (const [field, value] of Object.entries(changes)) {
    bytes.writeInt32BE(value, BATCH_HEADER.offsetOf[field as keyof typeof changes])
  }
  writeCrc(bytes)
  return bytes
}

function asProducer({ id, epoch, sequence }: SendingProducer) {
  return { producerId: id, producerEpoch: epoch, baseSequence: sequence }
}
