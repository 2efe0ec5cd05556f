/**
 * Offsets that a log.dir notes of a partition beyond the end of its log: a broker would delete the whole log over a log
 * start there, and take other offsets than those for known.
 *
 * | checkpoint     | mended to                              |
 * |----------------|----------------------------------------|
 * | recovery point | the end of the log                     |
 * | high watermark | the end of the log                     |
 * | log start      | no entry: where the first segment begins |
 * | cleaner        | no entry: compaction begins anew       |
 */
import { basename, join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import {
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../../log/file-names.ts'
import { encodeOffsetCheckpoint, readOffsetCheckpoint } from '../../log/offset-checkpoint.ts'
import type { Backup } from './backup.ts'

export interface CheckpointMend {
  /** Of the checkpoint file. */
  readonly file: string
  readonly offset: bigint
  /** Undefined: the entry is taken away. */
  readonly mended: bigint | undefined
}

export interface LogPlace {
  readonly logDir: string
  readonly topic: string
  readonly partition: number
  readonly endOffset: bigint
}

const ENDS = [RECOVERY_POINT_CHECKPOINT, HIGH_WATERMARK_CHECKPOINT] as const
const NAMES = [...ENDS, LOG_START_CHECKPOINT, CLEANER_CHECKPOINT] as const

/** Files in which anything else is wrong are left alone. */
export function checkpointMends(disk: Disk, log: LogPlace): CheckpointMend[] {
  return NAMES.flatMap(name => {
    const file = join(log.logDir, name)
    const entry = entriesIn(disk, file)?.find(isOf(log))
    if (entry === undefined || entry.offset <= log.endOffset) return []
    const isEnd = (ENDS as readonly string[]).includes(name)
    return [{ file, offset: entry.offset, mended: isEnd ? log.endOffset : undefined }]
  })
}

export function mendCheckpoints(
  disk: Disk,
  log: LogPlace,
  backup: Backup,
): readonly CheckpointMend[] {
  const mends = checkpointMends(disk, log)
  for (const { file, mended } of mends) {
    const entries = entriesIn(disk, file)!.flatMap(entry => {
      if (!isOf(log)(entry)) return [entry]
      return mended === undefined ? [] : [{ ...entry, offset: mended }]
    })
    backup.keep(file, basename(file))
    replaceFile(disk, file, encodeOffsetCheckpoint(entries))
  }
  return mends
}

function isOf(log: LogPlace) {
  return (entry: { readonly topic: string; readonly partition: number }) =>
    entry.topic === log.topic && entry.partition === log.partition
}

function entriesIn(disk: Disk, file: string) {
  if (disk.status(file)?.kind !== 'file') return undefined
  const { entries, damages } = readOffsetCheckpoint(disk.readWhole(file), file)
  return damages.length > 0 ? undefined : entries
}
