/** A writer of v2 batches for tests, plain on purpose: the reader is held against it. */
import { crc32c } from '../../src/binary/checksum.ts'
import { BATCH_HEADER, BATCH_OVERHEAD } from '../../src/record/batch-v2.ts'

export interface TestRecord {
  readonly offsetDelta: number
  readonly timestampDelta: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly { readonly key: Buffer; readonly value: Buffer | null }[]
}

export interface TestBatch {
  readonly baseOffset?: bigint
  readonly baseTimestamp?: bigint
  readonly maxTimestamp?: bigint
  readonly attributes?: number
  readonly producerId?: bigint
  readonly baseSequence?: number
  readonly lastOffsetDelta?: number
  readonly recordsCount?: number
  readonly partitionLeaderEpoch?: number
  readonly records: readonly TestRecord[]
  /** Instead of the records' own bytes. */
  readonly payload?: Buffer
}

export function record(
  offsetDelta: number,
  value: string | null,
  key: string | null = null,
): TestRecord {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
  return { offsetDelta, timestampDelta: 0n, key: bytes(key), value: bytes(value), headers: [] }
}

export function encodeBatch(batch: TestBatch): Buffer {
  const payload = batch.payload ?? Buffer.concat(batch.records.map(encodeRecord))
  const header = BATCH_HEADER.encode({
    baseOffset: batch.baseOffset ?? 0n,
    batchLength: BATCH_OVERHEAD - 12 + payload.length,
    partitionLeaderEpoch: batch.partitionLeaderEpoch ?? 0,
    magic: 2,
    crc: 0,
    attributes: batch.attributes ?? 0,
    lastOffsetDelta: batch.lastOffsetDelta ?? batch.records.at(-1)?.offsetDelta ?? 0,
    baseTimestamp: batch.baseTimestamp ?? 0n,
    maxTimestamp: batch.maxTimestamp ?? batch.baseTimestamp ?? 0n,
    producerId: batch.producerId ?? -1n,
    producerEpoch: batch.producerId === undefined ? -1 : 0,
    baseSequence: batch.baseSequence ?? -1,
    recordsCount: batch.recordsCount ?? batch.records.length,
  })
  const bytes = Buffer.concat([header, payload])
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

function encodeRecord(record: TestRecord): Buffer {
  const body = Buffer.concat([
    Buffer.of(0),
    varint(record.timestampDelta),
    varint(BigInt(record.offsetDelta)),
    sized(record.key),
    sized(record.value),
    varint(BigInt(record.headers.length)),
    ...record.headers.flatMap(({ key, value }) => [sized(key), sized(value)]),
  ])
  return Buffer.concat([varint(BigInt(body.length)), body])
}

function sized(bytes: Buffer | null): Buffer {
  if (bytes === null) return varint(-1n)
  return Buffer.concat([varint(BigInt(bytes.length)), bytes])
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let raw = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  while (raw >= 0x80n) {
    bytes.push(Number(raw & 0x7fn) | 0x80)
    raw >>= 7n
  }
  return Buffer.from([...bytes, Number(raw)])
}
