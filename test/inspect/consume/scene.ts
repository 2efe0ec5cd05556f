/** Partitions on a memory disk, and what is consumed of them. */
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { consume } from '../../../src/inspect/consume/consume.ts'
import type { PartitionCursor } from '../../../src/inspect/consume/partition-cursor.ts'
import type {
  ConsumedPartition,
  ConsumeOptions,
} from '../../../src/inspect/consume/partition-reader.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { encodeBatch, record, type TestBatch } from '../../record/encode-batch.ts'

export const TOPIC = 'orders'
const LOG_DIR = '/data'

export function logPath(partition: number, baseOffset = 0): string {
  return `${LOG_DIR}/${TOPIC}-${partition}/${String(baseOffset).padStart(20, '0')}.log`
}

/** A batch of records, one for each timestamp; each value tells its partition and offset. */
export function batchOf(
  partition: number,
  baseOffset: number,
  timestamps: readonly number[],
  more: Partial<TestBatch> = {},
): Buffer {
  const base = timestamps[0] ?? 0
  return encodeBatch({
    baseOffset: BigInt(baseOffset),
    baseTimestamp: BigInt(base),
    maxTimestamp: BigInt(Math.max(...timestamps)),
    records: timestamps.map((timestamp, index) => ({
      ...record(index, `${partition}@${baseOffset + index}`),
      timestampDelta: BigInt(timestamp - base),
    })),
    ...more,
  })
}

const TRANSACTIONAL = 0x10
const CONTROL = 0x30

export function transactional(partition: number, baseOffset: number, producerId: bigint): Buffer {
  return batchOf(partition, baseOffset, [baseOffset], { attributes: TRANSACTIONAL, producerId })
}

export function marker(baseOffset: number, producerId: bigint, type: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, type === 'commit' ? 1 : 0])
  const control = { ...record(0, null), key, value: Buffer.alloc(6) }
  const attributes = CONTROL
  const base = BigInt(baseOffset)
  return encodeBatch({ baseOffset: base, attributes, producerId, records: [control] })
}

export function diskOf(files: Readonly<Record<string, readonly Buffer[]>>): MemoryDisk {
  const disk = new MemoryDisk()
  for (const [path, batches] of Object.entries(files)) disk.put(path, Buffer.concat(batches))
  return disk
}

export function partitionsOn(disk: Disk): ConsumedPartition[] {
  const reader = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
  return disk.list(LOG_DIR).map(({ name }) => {
    const log = reader.read(`${LOG_DIR}/${name}`)
    const partition = Number(name.slice(TOPIC.length + 1))
    return { topic: TOPIC, partition, log, segments: log.segments }
  })
}

export function optionsFor(told: string[]): ConsumeOptions {
  return {
    offsets: undefined,
    isolation: 'read_uncommitted',
    order: 'by time',
    limits: DEFAULT_DECODE_LIMITS,
    tell: ({ kind, message }) => told.push(`${kind}: ${message}`),
  }
}

export function valueIn({ record: { bytes, valueStart, valueSize } }: PartitionCursor): string {
  return bytes.toString('utf8', valueStart, valueStart + valueSize)
}

export function consumed(
  disk: Disk,
  options: Partial<ConsumeOptions> = {},
  countMax = Infinity,
): { readonly values: string[]; readonly told: string[] } {
  const [values, told]: [string[], string[]] = [[], []]
  consume(disk, partitionsOn(disk), { ...optionsFor(told), ...options }, cursor => {
    values.push(valueIn(cursor))
    return values.length < countMax
  })
  return { values, told }
}
