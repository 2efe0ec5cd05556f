/**
 * `leader-epoch-checkpoint` in a partition's folder: which leader epoch began at which offset. A checkpoint text (see
 * checkpoint-text.ts) with entries `epoch startOffset`, both ascending strictly.
 *
 * Source: org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile, LeaderEpochFileCache
 */
import {
  encodeCheckpointText,
  javaInt,
  javaLong,
  readCheckpointText,
  type CheckpointText,
} from './checkpoint-text.ts'

export interface LeaderEpochEntry {
  readonly epoch: number
  readonly startOffset: bigint
}

export const NOT_ASCENDING = 'leader epochs do not ascend'

export type LeaderEpochCheckpoint = CheckpointText<LeaderEpochEntry>

/** @param file for the damages' sake */
export function readLeaderEpochCheckpoint(bytes: Buffer, file: string): LeaderEpochCheckpoint {
  return readCheckpointText<LeaderEpochEntry>(bytes, file, {
    fields: 'epoch startOffset',
    parse: parseEntry,
    flaw(entry, before) {
      const last = before.at(-1)
      if (last === undefined) return undefined
      if (entry.epoch > last.epoch && entry.startOffset > last.startOffset) return undefined
      const expected = `more than epoch ${last.epoch} from offset ${last.startOffset}`
      return { reason: NOT_ASCENDING, expected }
    },
  })
}

export function encodeLeaderEpochCheckpoint(entries: readonly LeaderEpochEntry[]): Buffer {
  return encodeCheckpointText(entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`))
}

function parseEntry(fields: readonly string[]): LeaderEpochEntry | undefined {
  const [epochText, offsetText, more] = fields
  const epoch = javaInt(epochText ?? '')
  const startOffset = javaLong(offsetText ?? '')
  if (epoch === undefined || startOffset === undefined || more !== undefined) return undefined
  return { epoch, startOffset }
}
