/** What the checkpoints of log.dirs say of partitions that go from one to another. */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import {
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../../log/file-names.ts'
import { encodeOffsetCheckpoint } from '../../log/offset-checkpoint.ts'
import { checkpointEntries } from '../../log-dirs/checkpoints.ts'
import { checkpointKey, type LogDirCheckpoints, readLogDir } from '../../log-dirs/log-dir.ts'

const FILES: Readonly<Record<keyof LogDirCheckpoints, string>> = {
  recoveryPoint: RECOVERY_POINT_CHECKPOINT,
  logStart: LOG_START_CHECKPOINT,
  highWatermark: HIGH_WATERMARK_CHECKPOINT,
  cleaner: CLEANER_CHECKPOINT,
}

interface CheckpointedMove {
  readonly topic: string
  readonly partition: number
  readonly logDir: string
  readonly to: string
}

/** A broker overlooks those of folders that are not there; so they may come before the folders. */
export function carryCheckpoints(disk: Disk, moves: readonly CheckpointedMove[]): void {
  for (const [to, arriving] of byDirectory(moves, ({ to }) => to)) {
    rewrite(disk, to, kind =>
      arriving.map(move => {
        const offset = readLogDir(disk, move.logDir).checkpoints[kind].get(checkpointKey(move))
        return [checkpointKey(move), offset]
      }),
    )
  }
}

/** Once the folders are gone from there. */
export function dropCheckpoints(disk: Disk, moves: readonly CheckpointedMove[]): void {
  for (const [from, leaving] of byDirectory(moves, ({ logDir }) => logDir)) {
    rewrite(disk, from, () => leaving.map(move => [checkpointKey(move), undefined]))
  }
}

type Change = readonly [key: string, offset: bigint | undefined]

function rewrite(
  disk: Disk,
  path: string,
  changesOf: (kind: keyof LogDirCheckpoints) => readonly Change[],
): void {
  const { checkpoints } = readLogDir(disk, path)
  for (const [kind, file] of Object.entries(FILES) as [keyof LogDirCheckpoints, string][]) {
    const before = checkpoints[kind]
    const changes = changesOf(kind).filter(([key, offset]) => before.get(key) !== offset)
    if (changes.length === 0) continue
    const after = new Map(before)
    for (const [key, offset] of changes) {
      if (offset === undefined) after.delete(key)
      else after.set(key, offset)
    }
    replaceFile(disk, join(path, file), encodeOffsetCheckpoint(checkpointEntries(after)))
  }
}

function byDirectory<Move>(moves: readonly Move[], directoryOf: (move: Move) => string) {
  const groups = new Map<string, Move[]>()
  for (const move of moves) {
    const path = directoryOf(move)
    groups.set(path, [...(groups.get(path) ?? []), move])
  }
  return groups
}
