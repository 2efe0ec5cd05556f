/**
 * Carries out planned moves of a stopped node, so that a broker's start finds one live copy of each partition whenever it
 * is interrupted:
 *
 * | step                                                     | a broker that starts behind it                       |
 * |----------------------------------------------------------|------------------------------------------------------|
 * | checkpoints of the log.dirs that are moved to            | overlooks what has no folder                         |
 * | each partition copied, checked, named as a `-future`     | serves the old one, and goes on with the move itself |
 * | all assigned to their new log.dirs in the metadata log   | takes the copy, deletes the old one                  |
 * | each old folder named as a `-delete`                     | takes the copy, deletes the old one                  |
 * | each copy named as the partition                         | serves it, deletes the old one                       |
 *
 * Where others write the metadata log too, the move ends behind the second step: the broker does the rest when it starts.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#recoverAbandonedFutureLogs
 */
import { join } from 'node:path'
import { assert } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { CLEAN_SHUTDOWN, deletedFolderName, partitionFolderName } from '../../log/file-names.ts'
import type { ClusterWriter, FolderRename } from '../../log-dirs/cluster-change.ts'
import type { StoppedNode } from '../../inspect/topics/stopped-node.ts'
import { changeOf, type ChangeOptions } from '../../inspect/topics/topic-change.ts'
import { assignDirectories } from '../../metadata/assign-directories.ts'
import type { UnplacedCopy } from './movable.ts'
import type { PlannedMove } from './move-plan.ts'
import { carryCheckpoints, dropCheckpoints } from './moved-checkpoints.ts'
import {
  type CopyPlace,
  copyPartition,
  futurePath,
  type PartitionCopyOptions,
} from './partition-copy.ts'

export interface MovePlan {
  readonly moves: readonly PlannedMove[]
  /** Of a move that was interrupted. */
  readonly unplaced: readonly UnplacedCopy[]
}

export interface MoveOptions extends Omit<PartitionCopyOptions, 'beforeItCounts'>, ChangeOptions {
  readonly disk: Disk
  /** The locks of all log.dirs are held. */
  readonly writeCluster: ClusterWriter
}

/** Whether the metadata log is the node's to write. */
export function canSwap({ clusterProblems }: StoppedNode): boolean {
  return clusterProblems.length === 0
}

/**
 * @throws DiskError
 * @throws CorruptDataError where a copy reads otherwise than what was copied
 */
export async function movePartitions(
  node: StoppedNode,
  { moves, unplaced }: MovePlan,
  options: MoveOptions,
): Promise<void> {
  const { disk } = options
  for (const move of moves) futurePath(placeOf(node, move))
  carryCheckpoints(disk, moves)
  for (const move of moves) {
    copyPartition(disk, join(move.logDir, move.name), placeOf(node, move), {
      onProgress: options.onProgress,
      letGo: options.letGo,
      beforeItCounts: () => distrustTogether(disk, move),
    })
  }
  if (!canSwap(node) || moves.length + unplaced.length === 0) return
  await swap(node, { moves, unplaced }, options)
  dropCheckpoints(disk, moves)
}

async function swap(
  node: StoppedNode,
  { moves, unplaced }: MovePlan,
  { writeCluster, ...options }: MoveOptions,
): Promise<void> {
  const identity = node.identity
  assert(identity !== undefined, 'a node that was at work has an identity')
  const assignments = moves.map(move => {
    const { topicId, directoryId } = placeOf(node, move)
    return { topicId, partitionId: move.partition, directoryId }
  })
  const records = assignDirectories(assignments, identity.nodeId, node.image)
  const renames = [
    ...moves.flatMap(move => renamesOf(node, move, options)),
    ...unplaced.map(copy => ({ from: copy.path, to: livePath(copy, copy.logDir) })),
  ]
  await writeCluster(changeOf(node, identity, { records, format: [], renames }, options))
}

/** The old folder goes first: of two that serve, a broker would not start. */
function renamesOf(
  node: StoppedNode,
  move: PlannedMove,
  { newFolderId }: ChangeOptions,
): FolderRename[] {
  const { logDir, name, to } = move
  return [
    { from: join(logDir, name), to: join(logDir, deletedFolderName(move, newFolderId())) },
    { from: futurePath(placeOf(node, move)), to: livePath(move, to) },
  ]
}

function livePath(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  logDir: string,
): string {
  return join(logDir, partitionFolderName({ topic, partition, state: 'live' }))
}

function placeOf({ logDirs }: StoppedNode, move: PlannedMove): CopyPlace {
  const directoryId = logDirs.find(({ path }) => path === move.to)?.meta?.directoryId
  assert(directoryId !== undefined, 'partitions are moved to log.dirs that have an id')
  return { ...move, directoryId }
}

/** A broker has to recover a log that was not closed in its new log.dir as it would have in the old one. */
function distrustTogether(disk: Disk, { logDir, to }: PlannedMove): void {
  const mark = join(to, CLEAN_SHUTDOWN)
  const isClean = disk.status(join(logDir, CLEAN_SHUTDOWN)) !== undefined
  if (isClean || disk.status(mark) === undefined) return
  disk.remove(mark)
  disk.syncDirectory(to)
}
