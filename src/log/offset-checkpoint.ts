/**
 * The four files in the root of a log.dir that hold one offset for each of its partitions: recovery point, log start
 * offset, high watermark, first dirty offset of the cleaner. A checkpoint text (see checkpoint-text.ts) with entries
 * `topic partition offset`, in no order.
 *
 * Source: org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile
 */
import {
  encodeCheckpointText,
  javaInt,
  javaLong,
  readCheckpointText,
  type CheckpointText,
} from './checkpoint-text.ts'

export interface OffsetCheckpointEntry {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export type OffsetCheckpoint = CheckpointText<OffsetCheckpointEntry>

/** @param file for the damages' sake */
export function readOffsetCheckpoint(bytes: Buffer, file: string): OffsetCheckpoint {
  const seen = new Set<string>()
  return readCheckpointText<OffsetCheckpointEntry>(bytes, file, {
    fields: 'topic partition offset',
    parse: parseEntry,
    flaw({ topic, partition }) {
      const name = `${topic}-${partition}`
      if (!seen.has(name)) return void seen.add(name)
      return { reason: 'a partition twice in one checkpoint', expected: 'each once' }
    },
  })
}

export function encodeOffsetCheckpoint(entries: readonly OffsetCheckpointEntry[]): Buffer {
  return encodeCheckpointText(
    entries.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`),
  )
}

function parseEntry(fields: readonly string[]): OffsetCheckpointEntry | undefined {
  const [topic, partitionText, offsetText, more] = fields
  const partition = javaInt(partitionText ?? '')
  const offset = javaLong(offsetText ?? '')
  if (topic === undefined || topic === '' || more !== undefined) return undefined
  if (partition === undefined || offset === undefined) return undefined
  return { topic, partition, offset }
}
