/**
 * A partition's share of an import, made aside: a folder in the log.dir where it belongs, by the name of one that waits
 * for its deletion, so that a broker which starts over an interrupted import removes it. No byte of it has to be
 * checked any more.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { removeFolder } from '../../disk/remove-folder.ts'
import { deletedFolderName, partitionFolderName } from '../../log/file-names.ts'

export interface StagedPartition extends PartitionPlace {
  readonly logStartOffset: bigint
  /** Of the import; what goes before it is in the log already, if anything does. */
  readonly startOffset: bigint
  /** Exclusive. */
  readonly endOffset: bigint
  /** It becomes the partition's folder, or its segments go behind those that are there. */
  readonly how: 'folder' | 'segments'
}

export interface PartitionPlace {
  readonly topic: string
  readonly partition: number
  readonly logDir: string
  /** 32 hex digits, the same each time the same is imported. */
  readonly importId: string
}

export function stagingPath({ topic, partition, logDir, importId }: PartitionPlace): string {
  return join(logDir, deletedFolderName({ topic, partition }, importId))
}

export function partitionPath({
  topic,
  partition,
  logDir,
}: Omit<PartitionPlace, 'importId'>): string {
  return join(logDir, partitionFolderName({ topic, partition, state: 'live' }))
}

/** Empty; what an earlier import has left there is removed. */
export function makeStagingFolder(disk: Disk, place: PartitionPlace): string {
  const path = stagingPath(place)
  removeFolder(disk, path)
  disk.makeDirectory(path)
  return path
}
