/** Segments to measure with, made once: what a producer with 16 KiB batches leaves behind, indexes included. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32c } from '../../src/binary/checksum.ts'
import { codecById } from '../../src/compression/codecs.ts'
import { BATCH_HEADER } from '../../src/record/batch-v2.ts'

const NAME = '00000000000000000000'
const BATCH_BYTES = 16 * 1024
const INDEX_INTERVAL_BYTES = 4096
const FIRST_TIMESTAMP = 1_700_000_000_000n
const RECORDS_PER_MS = 100
const LZ4 = 3

export const SEGMENTS = {
  large: { folder: 'large-0', bytes: 2 ** 30, valueSize: 1024, codec: 0 },
  largeAgain: { folder: 'large-1', bytes: 2 ** 30, valueSize: 1024, codec: 0 },
  largeLz4: { folder: 'large.lz4-0', bytes: 2 ** 30, valueSize: 1024, codec: LZ4 },
  small: { folder: 'small-0', bytes: 90_000_000, valueSize: 100, codec: 0 },
  smallLz4: { folder: 'small.lz4-0', bytes: 90_000_000, valueSize: 100, codec: LZ4 },
}

/** Path of the segment's log; made if it isn't there. `bytes` is the size of the records before compression. */
export function segmentAt(directory, segment) {
  const folder = join(directory, segment.folder)
  const path = join(folder, `${NAME}.log`)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    write(path, segment)
  }
  return { path, folder, size: statSync(path).size, recordCount: recordCountOf(segment) }
}

function recordCountOf({ bytes, valueSize }) {
  const perBatch = recordsPerBatch(valueSize)
  return Math.ceil(bytes / (perBatch * (valueSize + 8))) * perBatch
}

function recordsPerBatch(valueSize) {
  return Math.floor(BATCH_BYTES / (valueSize + 10))
}

function write(path, segment) {
  const { valueSize, codec } = segment
  const perBatch = recordsPerBatch(valueSize)
  const batchCount = recordCountOf(segment) / perBatch
  const index = []
  const timeIndex = []
  const descriptor = openSync(`${path}.tmp`, 'w')
  let position = 0
  let sinceEntry = 0
  let newest = 0n
  for (let i = 0; i < batchCount; i++) {
    const baseOffset = i * perBatch
    const { bytes, maxTimestamp } = batch({ baseOffset, count: perBatch, valueSize, codec })
    if (sinceEntry > INDEX_INTERVAL_BYTES) {
      const lastOffset = baseOffset + perBatch - 1
      index.push(int32(lastOffset), int32(position))
      if (maxTimestamp > newest) timeIndex.push(int64(maxTimestamp), int32(lastOffset))
      newest = maxTimestamp
      sinceEntry = 0
    }
    writeSync(descriptor, bytes)
    position += bytes.length
    sinceEntry += bytes.length
  }
  closeSync(descriptor)
  writeFileSync(path.replace(/log$/, 'index'), Buffer.concat(index))
  writeFileSync(path.replace(/log$/, 'timeindex'), Buffer.concat(timeIndex))
  renameSync(`${path}.tmp`, path)
}

function batch({ baseOffset, count, valueSize, codec }) {
  const timestamp = offset => FIRST_TIMESTAMP + BigInt(Math.floor(offset / RECORDS_PER_MS))
  const baseTimestamp = timestamp(baseOffset)
  const maxTimestamp = timestamp(baseOffset + count - 1)
  const records = []
  for (let i = 0; i < count; i++) {
    const delta = Number(timestamp(baseOffset + i) - baseTimestamp)
    records.push(record({ delta, offsetDelta: i, value: value(baseOffset + i, valueSize) }))
  }
  const plain = Buffer.concat(records)
  const payload = codec === 0 ? plain : codecById(codec).compress(plain, { magic: 2 })
  const header = BATCH_HEADER.encode({
    baseOffset: BigInt(baseOffset),
    batchLength: BATCH_HEADER.size - 12 + payload.length,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: codec,
    lastOffsetDelta: count - 1,
    baseTimestamp,
    maxTimestamp,
    producerId: 1000n,
    producerEpoch: 0,
    baseSequence: baseOffset % 2 ** 31,
    recordsCount: count,
  })
  const bytes = Buffer.concat([header, payload])
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return { bytes, maxTimestamp }
}

function record({ delta, offsetDelta, value }) {
  const body = [0, ...varint(delta), ...varint(offsetDelta), ...varint(-1), ...varint(value.length)]
  const size = body.length + value.length + 1
  return Buffer.concat([Buffer.from([...varint(size), ...body]), value, Buffer.of(0)])
}

const WORDS = Buffer.from(
  'the log is a sequence of batches and each batch holds records with a key a value and a time '.repeat(
    40,
  ),
)

/** Text that differs from record to record and compresses as text does. */
function value(offset, size) {
  const bytes = Buffer.alloc(size)
  WORDS.copy(bytes, 0, offset % 200, (offset % 200) + size)
  bytes.write(`{"id":${offset},"x":${Math.imul(offset, 2654435761) >>> 0}}`)
  return bytes
}

function varint(value) {
  const bytes = []
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  for (; raw >= 0x80; raw >>>= 7) bytes.push((raw & 0x7f) | 0x80)
  return [...bytes, raw]
}

function int32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
