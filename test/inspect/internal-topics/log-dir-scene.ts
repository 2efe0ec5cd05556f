/** Log.dirs in memory, made of partitions with one segment each. */
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { segmentFileName } from '../../../src/log/file-names.ts'
import { encodeBatch, type TestBatch, type TestRecord } from '../../record/encode-batch.ts'

const TRANSACTIONAL = 0x10
const CONTROL = 0x20

export interface KeyedRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** A batch for each entry, at ascending offsets from 0 on. */
export class PartitionScene {
  readonly batches: Buffer[] = []
  nextOffset = 0n

  records(records: readonly KeyedRecord[], producerId?: bigint): this {
    const attributes = producerId === undefined ? 0 : TRANSACTIONAL
    return this.#add(records, { attributes, ...(producerId !== undefined && { producerId }) })
  }

  marker(type: 'COMMIT' | 'ABORT', producerId: bigint, coordinatorEpoch = 0): this {
    const key = Buffer.from([0, 0, 0, type === 'COMMIT' ? 1 : 0])
    const value = Buffer.alloc(6)
    value.writeInt32BE(coordinatorEpoch, 2)
    return this.#add([{ key, value }], { attributes: TRANSACTIONAL | CONTROL, producerId })
  }

  get bytes(): Buffer {
    return Buffer.concat(this.batches)
  }

  #add(records: readonly KeyedRecord[], batch: Partial<TestBatch>): this {
    const encoded = records.map(({ key, value }, offsetDelta): TestRecord => ({
      offsetDelta,
      timestampDelta: 0n,
      key,
      value,
      headers: [],
    }))
    const baseOffset = this.nextOffset
    this.batches.push(encodeBatch({ ...batch, baseOffset, maxTimestamp: 5n, records: encoded }))
    this.nextOffset += BigInt(records.length)
    return this
  }
}

export function text(key: string, value: string | null): KeyedRecord {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }
}

export interface SceneFolder {
  readonly log: Buffer
  readonly topicId?: string
}

/** By path of the partition's folder. Every log.dir was closed cleanly, unless told otherwise. */
export function sceneDisk(
  folders: Readonly<Record<string, SceneFolder>>,
  { isClean = true }: { readonly isClean?: boolean } = {},
): MemoryDisk {
  const disk = new MemoryDisk()
  for (const [path, { log, topicId }] of Object.entries(folders)) {
    const logDir = path.slice(0, path.lastIndexOf('/'))
    disk.put(`${logDir}/meta.properties`, Buffer.from('version=1\ncluster.id=c\nnode.id=1\n'))
    if (isClean) disk.put(`${logDir}/.kafka_cleanshutdown`, Buffer.alloc(0))
    disk.put(`${path}/${segmentFileName('log', 0n)}`, log)
    if (topicId === undefined) continue
    disk.put(`${path}/partition.metadata`, Buffer.from(`version: 0\ntopic_id: ${topicId}`))
  }
  return disk
}

/** What a reader says besides its answer. */
export class Said {
  readonly problems: string[] = []
  readonly notices: string[] = []
  readonly problem = (message: string) => void this.problems.push(message)
  readonly notice = (message: string) => void this.notices.push(message)
}
