/** The checkpoints of a log.dir: one offset for each of its logs. */
import {
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../log/file-names.ts'
import type { OffsetCheckpointEntry } from '../log/offset-checkpoint.ts'
import { checkpointKey } from './log-dir.ts'
import type { LogNote } from './log-note.ts'

export type CheckpointKind = 'recoveryPoint' | 'logStart' | 'highWatermark'

export interface Checkpoint {
  /** Of its file. */
  readonly name: string
  /** @param before what it says of logs that are not among the notes, and keeps saying; by `checkpointKey` */
  readonly entriesOf: (
    notes: readonly LogNote[],
    before: ReadonlyMap<string, bigint>,
  ) => OffsetCheckpointEntry[]
}

export const CHECKPOINTS: Readonly<Record<CheckpointKind, Checkpoint>> = {
  recoveryPoint: checkpoint(RECOVERY_POINT_CHECKPOINT, note => note.recoveryPoint),
  logStart: checkpoint(LOG_START_CHECKPOINT, ({ logStartOffset, mayBeginRemotely }, before) => {
    return logStartOffset ?? (mayBeginRemotely ? before : undefined)
  }),
  highWatermark: checkpoint(HIGH_WATERMARK_CHECKPOINT, note => note.highWatermark),
}
export const CHECKPOINT_KINDS = Object.keys(CHECKPOINTS) as CheckpointKind[]

/** @param offsets by `checkpointKey` */
export function checkpointEntries(
  offsets: Iterable<readonly [string, bigint]>,
): OffsetCheckpointEntry[] {
  return [...offsets].map(([key, offset]) => {
    const dash = key.lastIndexOf('-')
    return { topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)), offset }
  })
}

/** @param offsetOf the offset of a log, from what is known of it and what the checkpoint says now */
function checkpoint(
  name: string,
  offsetOf: (note: LogNote, before: bigint | undefined) => bigint | undefined,
): Checkpoint {
  return {
    name,
    entriesOf(notes, before) {
      const known = new Set(notes.map(checkpointKey))
      const kept = checkpointEntries([...before].filter(([key]) => !known.has(key)))
      const told = notes.flatMap(note => {
        const { topic, partition, isNoted } = note
        const offset = isNoted ? offsetOf(note, before.get(checkpointKey(note))) : undefined
        return offset === undefined ? [] : [{ topic, partition, offset }]
      })
      return [...kept, ...told]
    },
  }
}
