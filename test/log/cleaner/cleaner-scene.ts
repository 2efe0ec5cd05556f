/** A compacted log in memory, what is in it, and a cleaner for it. */
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Codec } from '../../../src/compression/codec.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { type CleanedLog, cleanLog, type CleanOptions } from '../../../src/log/cleaner/clean-log.ts'
import { cleanableRange } from '../../../src/log/cleaner/cleanable-range.ts'
import { OffsetMap, SLOT_SIZE } from '../../../src/log/cleaner/offset-map.ts'
import { cleanableLog } from '../../../src/log/cleaner/segment-sizes.ts'
import type { AppendOrigin } from '../../../src/log/producer-state.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { BatchBuilder } from '../../../src/record/batch-builder.ts'
import { BatchV2 } from '../../../src/record/batch-v2.ts'
import { keyOf, valueOf } from '../../../src/record/record-cursor.ts'
import { eachRecord } from '../../../src/record/records.ts'
import { type NewLogOptions, newDisk, NOW_MS, openLog } from '../new-log.ts'
import { newMarker, type SendingProducer } from '../new-batch.ts'

export interface Sending {
  readonly codec?: Codec
  readonly producer?: SendingProducer
  readonly isTransactional?: boolean
  readonly timestamps?: readonly number[]
}

/** `k=v`, or `k` for a tombstone, or `=v` for a record without a key. */
export function keyed(records: readonly string[], sending: Sending = {}): Buffer {
  const { codec, producer, isTransactional, timestamps = [NOW_MS] } = sending
  const builder = new BatchBuilder({
    ...(codec && { codec }),
    ...(isTransactional !== undefined && { isTransactional }),
    ...(producer && {
      producer: {
        producerId: producer.id,
        producerEpoch: producer.epoch,
        baseSequence: producer.sequence,
      },
    }),
  })
  for (const [index, record] of records.entries()) {
    const [key = '', value] = record.split('=')
    builder.add({
      timestamp: BigInt(timestamps[index] ?? timestamps.at(-1)!),
      key: record.startsWith('=') ? null : Buffer.from(key),
      value: value === undefined ? null : Buffer.from(value),
      headers: [{ key: Buffer.from('h'), value: Buffer.from(record) }],
    })
  }
  return builder.build()
}

export class CleanerScene {
  readonly disk: Disk
  readonly log: PartitionLog

  constructor(options: NewLogOptions = {}, disk: Disk = newDisk()) {
    this.disk = disk
    this.log = openLog(disk, options)
  }

  append(records: readonly string[], sending?: Sending): void {
    this.put(keyed(records, sending))
  }

  put(bytes: Buffer, origin: AppendOrigin = 'replication'): void {
    if (origin === 'replication') placed(bytes, this.log.endOffset)
    this.log.append(bytes, { leaderEpoch: 0, origin })
  }

  end(id: bigint, isCommitted: boolean): void {
    this.put(newMarker({ id, epoch: 0, isCommitted }))
  }

  /** Each list of batches becomes a segment, behind which an empty one is active. */
  segments(...segments: (readonly (readonly string[])[])[]): this {
    for (const batches of segments) {
      for (const records of batches) this.append(records)
      this.log.roll()
    }
    this.log.raiseHighWatermark(this.log.endOffset)
    return this
  }

  roll(): this {
    this.log.roll()
    this.log.raiseHighWatermark(this.log.endOffset)
    return this
  }

  async clean(
    options: Partial<CleanOptions> & { readonly slots?: number; readonly checkpoint?: bigint } = {},
  ): Promise<CleanedLog> {
    const { slots = 1000, checkpoint, nowMs = NOW_MS, ...others } = options
    const range = cleanableRange(cleanableLog(this.log), { checkpoint, nowMs })
    return cleanLog(this.log, {
      firstDirtyOffset: range.firstDirtyOffset,
      firstUncleanableOffset: range.firstUncleanableOffset,
      map: new OffsetMap({ bytes: slots * SLOT_SIZE, loadFactor: 0.9, secret: Buffer.alloc(16) }),
      nowMs,
      limits: DEFAULT_DECODE_LIMITS,
      ...others,
    })
  }

  /** By segment: `offset:key=value`, a tombstone as `offset:key`, a batch without records as `base-last:`. */
  get records(): string[][] {
    return this.log.segments.map(segment => {
      const scanner = new BatchScanner(segment.log, { end: segment.size })
      const told: string[] = []
      while (scanner.next() !== undefined) {
        const batch = scanner.body()
        if (!scanner.isValid()) throw new Error('a checksum does not hold')
        if (batch.recordCount === 0) told.push(`${batch.baseOffset}-${batch.lastOffset}:`)
        for (const record of eachRecord(batch, DEFAULT_DECODE_LIMITS)) {
          const key = keyOf(record)?.toString() ?? ''
          const value = valueOf(record)
          const text = value === null ? key : `${key}=${value.toString()}`
          told.push(`${record.offset}:${batch.isControl ? 'marker' : text}`)
        }
      }
      return told
    })
  }

  /** Copies of all of them. */
  get batches(): BatchV2[] {
    return this.log.segments.flatMap(segment => {
      const scanner = new BatchScanner(segment.log, { end: segment.size })
      const copies: BatchV2[] = []
      while (scanner.next() !== undefined) {
        const { buffer, start, size } = scanner.body()
        copies.push(new BatchV2(Buffer.from(buffer.subarray(start, start + size))))
      }
      return copies
    })
  }
}

/** As a leader has placed it. */
export function placed(bytes: Buffer, offset: bigint): Buffer {
  bytes.writeBigInt64BE(offset, 0)
  bytes.writeInt32BE(0, 12)
  return bytes
}
