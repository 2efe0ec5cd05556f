/**
 * Puts in place what was staged, by renames within one folder. Each step may be done already: of an import that was
 * interrupted, what is left to do is done.
 *
 * | the partition            | then                                                                                   |
 * |--------------------------|----------------------------------------------------------------------------------------|
 * | is not there, or empty   | the staged folder gets its name; an empty one waits for its deletion from now on       |
 * | has records              | copies of the staged segments go into its folder in order, each log behind its indexes, which a broker removes without it |
 *
 * Checkpoints are written first: a log start is not lost then, and a broker holds the others against the log. Before all
 * of it the partitions are looked at: nothing is put in place where one has other logs than when it was staged.
 */
import { join } from 'node:path'
import { RefusedError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { removeFolder } from '../../disk/remove-folder.ts'
import {
  CLEANER_CHECKPOINT,
  deletedFolderName,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../../log/file-names.ts'
import { LeaderEpochs } from '../../log/leader-epochs.ts'
import {
  encodeOffsetCheckpoint,
  readOffsetCheckpoint,
  type OffsetCheckpointEntry,
} from '../../log/offset-checkpoint.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import type { PartitionFile } from '../../log/segment.ts'
import { copyFile } from '../copy-file.ts'
import { partitionPath, stagingPath, type StagedPartition } from './staged-partition.ts'
import { changeSince, isInPlace, lostOf, type NotedPartition } from './target-logs.ts'

export interface FinishOptions {
  /** What names the partitions, in messages. */
  readonly journal: string
  /** 32 hex digits. */
  readonly newFolderId: () => string
}

/**
 * @returns how many were not in place yet
 * @throws RefusedError where what was staged is gone, or its place has other records by now; DiskError
 */
export function finishPartitions(
  disk: Disk,
  partitions: readonly NotedPartition[],
  { journal, newFolderId }: FinishOptions,
): number {
  const left = partitions.filter(each => disk.status(stagingPath(each)) !== undefined)
  const done = partitions.filter(each => !left.includes(each))
  const problem =
    done.map(each => lossOf(disk, each)).find(isText) ??
    left.map(each => changeOf(disk, each) ?? decayOf(disk, each)).find(isText)
  if (problem !== undefined) {
    throw new RefusedError(
      'KAFKA_STORAGE_ERROR',
      `${problem}; ${wayOut(disk, partitions, journal)}`,
    )
  }
  for (const each of left) finishPartition(disk, each, newFolderId)
  return left.length
}

function isText(problem: string | undefined): problem is string {
  return problem !== undefined
}

/** Renamed already, or removed by a broker that has started since. */
function lossOf(disk: Disk, partition: NotedPartition): string | undefined {
  const { startOffset, endOffset } = partition
  if (startOffset === endOffset || isInPlace(disk, partition)) return undefined
  return (
    `${stagingPath(partition)} is gone, and ${partitionPath(partition)} has nothing of it: a broker ` +
    'has started since the import was interrupted'
  )
}

function changeOf(disk: Disk, partition: NotedPartition): string | undefined {
  const change = changeSince(disk, partition)
  if (change === undefined) return undefined
  return (
    `${partitionPath(partition)} is not what it was when the import was interrupted: ${change}; ` +
    'a broker, or a command, has written to it since, and that is kept'
  )
}

function decayOf(disk: Disk, partition: NotedPartition): string | undefined {
  const name = lostOf(disk, partition)
  if (name === undefined) return undefined
  return (
    `${join(stagingPath(partition), name)} is not what it was when the import was interrupted: ` +
    'a broker has started since, and begun to delete what was staged'
  )
}

function wayOut(disk: Disk, partitions: readonly NotedPartition[], journal: string): string {
  const anew = `to begin anew remove ${journal}, and import again`
  const isBegun = (each: NotedPartition) =>
    each.how === 'segments' || disk.status(stagingPath(each)) === undefined
  const placed = partitions.filter(each => isBegun(each) && isInPlace(disk, each))
  if (placed.length === 0) return anew
  const names = placed.map(({ topic, partition }) => `${topic}-${partition}`).join(', ')
  return `${anew} what is not there yet: ${names} has some of it, or all`
}

function finishPartition(disk: Disk, staged: NotedPartition, newFolderId: () => string): void {
  const staging = stagingPath(staged)
  noteOffsets(disk, staged)
  const path = partitionPath(staged)
  if (staged.how === 'segments') moveSegments(disk, staged)
  else {
    LeaderEpochs.load(disk, staging).replaceFrom(0n, staged.epochs)
    if (disk.status(path) !== undefined) {
      disk.rename(path, join(staged.logDir, deletedFolderName(staged, newFolderId())))
    }
    disk.rename(staging, path)
  }
  disk.syncDirectory(staged.logDir)
}

/** A broker that was started meanwhile notes an epoch that begins where the import does; no record is of it. */
function moveSegments(disk: Disk, staged: NotedPartition): void {
  const staging = stagingPath(staged)
  const path = partitionPath(staged)
  LeaderEpochs.load(disk, path).replaceFrom(staged.startOffset, staged.epochs)
  for (const { log, index, timeIndex, txnIndex } of readPartitionDirectory(disk, staging)
    .segments) {
    if (disk.status(join(path, log.name))?.size === log.size) continue
    for (const file of [index, timeIndex, txnIndex, log]) {
      if (file !== undefined) copyInto(disk, file, path)
    }
  }
  removeFolder(disk, staging)
}

/**
 * Over an empty segment that begins where the import does, where there is one. A rename from one folder to another may be
 * lost in one of the two: so the file is copied beside its place first, under the name of a compaction that did not finish,
 * which a broker removes.
 */
function copyInto(disk: Disk, { name, path, size }: PartitionFile, folder: string): void {
  const target = join(folder, name)
  const beside = target + CLEANED_SUFFIX
  if (disk.status(beside) !== undefined) disk.remove(beside)
  copyFile({ disk, path, size }, { disk, path: beside })
  disk.rename(beside, target)
  disk.syncDirectory(folder)
}

const CLEANED_SUFFIX = '.cleaned'

function noteOffsets(disk: Disk, staged: StagedPartition): void {
  const { how, logStartOffset, startOffset, endOffset } = staged
  note(disk, staged, HIGH_WATERMARK_CHECKPOINT, endOffset)
  if (how === 'segments') return
  note(disk, staged, RECOVERY_POINT_CHECKPOINT, endOffset)
  note(
    disk,
    staged,
    LOG_START_CHECKPOINT,
    logStartOffset > startOffset ? logStartOffset : undefined,
  )
  note(disk, staged, CLEANER_CHECKPOINT, undefined)
}

function note(
  disk: Disk,
  { logDir, topic, partition }: StagedPartition,
  name: string,
  offset: bigint | undefined,
): void {
  const path = join(logDir, name)
  const before = disk.status(path) === undefined ? [] : entriesIn(disk, path)
  const isOther = (entry: OffsetCheckpointEntry) =>
    entry.topic !== topic || entry.partition !== partition
  const others = before.filter(isOther)
  if (offset === undefined && others.length === before.length) return
  const own = offset === undefined ? [] : [{ topic, partition, offset }]
  replaceFile(disk, path, encodeOffsetCheckpoint([...others, ...own]))
}

function entriesIn(disk: Disk, path: string): readonly OffsetCheckpointEntry[] {
  return readOffsetCheckpoint(disk.readWhole(path), path).entries
}
