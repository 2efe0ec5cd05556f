/** The folders of partitions in several log.dirs, by the partition that they are of. */
import type { Disk } from '../../disk/disk.ts'
import type { PartitionState } from '../../log/file-names.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import { readPartitionMetadata } from '../../log/partition-metadata.ts'
import { checkpointKey, type LogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'

export interface TopicFolder extends PartitionFolder {
  readonly logDir: string
}

/** What one of them holds. */
export interface FolderContent {
  readonly path: string
  readonly state: PartitionState
  readonly segments: number
  /** Of its logs. */
  readonly bytes: number
  /** Undefined where the folder does not tell. */
  readonly topicId: string | undefined
}

export class TopicFolders {
  readonly #byPartition = new Map<string, TopicFolder[]>()

  constructor(logDirs: readonly LogDir[]) {
    for (const { path, partitions } of logDirs) {
      for (const folder of partitions) {
        if (folder.insteadOfFolder !== undefined || !isKept(folder)) continue
        const key = checkpointKey(folder.parsed)
        const folders = this.#byPartition.get(key) ?? []
        folders.push({ ...folder, logDir: path })
        this.#byPartition.set(key, folders)
      }
    }
  }

  /** Those that serve, and those that are to, after a move. */
  of(topic: string, partition: number): readonly TopicFolder[] {
    return this.#byPartition.get(checkpointKey({ topic, partition })) ?? []
  }

  ofTopic(topic: string): TopicFolder[] {
    return [...this.#byPartition.values()].flatMap(folders =>
      folders.filter(({ parsed }) => parsed.topic === topic),
    )
  }
}

/** @throws DiskError where it can't be listed */
export function folderContent(disk: Disk, { path, parsed }: TopicFolder): FolderContent {
  const { segments, metadata } = readPartitionDirectory(disk, path)
  const topicId =
    metadata && readPartitionMetadata(disk.readWhole(metadata.path), metadata.path).topicId
  return {
    path,
    state: parsed.state,
    segments: segments.length,
    bytes: segments.reduce((sum, { log }) => sum + log.size, 0),
    topicId,
  }
}

/** A broker deletes the others, or has put them aside. */
function isKept({ parsed: { state } }: PartitionFolder): boolean {
  return state === 'live' || state === 'future'
}
