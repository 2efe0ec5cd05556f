/**
 * Partitions that the cluster has on a node, and of which none of its log.dirs holds a folder: a start makes them anew.
 *
 * | the cluster has the replica in                       | kind              | what lay there               |
 * |------------------------------------------------------|-------------------|------------------------------|
 * | a log.dir that is here                               | no-folder         | is lost, with its folder     |
 * | one of another id, or in one that it knows no id of  | log-dir-not-given | is lost, or where that is    |
 * | none yet; or one that is here, and nothing came then | never-placed      | nothing: it was just created |
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#getOrCreateLog
 */
import { checkpointKey, type LogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import { isReservedDirectory, UNASSIGNED_DIRECTORY } from '../../metadata/directory-id.ts'
import { directoryOn, type PartitionImage } from '../../metadata/partition-image.ts'

export interface MissingPartition {
  readonly topic: string
  readonly partition: number
  /** Ids of the brokers that have it as well, and fill it again. */
  readonly otherReplicas: readonly number[]
  readonly place: MissingPlace
}

export type MissingPlace =
  | { readonly kind: 'no-folder'; readonly logDir: string }
  /** Without an id where the cluster knows none, or only that it was offline. */
  | { readonly kind: 'log-dir-not-given'; readonly directoryId: string | undefined }
  | { readonly kind: 'never-placed' }

export interface NodeLogDirs {
  readonly nodeId: number
  readonly image: ClusterImage
  readonly logDirs: readonly LogDir[]
}

/**
 * By topic, then by number.
 *
 * @param isSetAside of a folder that a start does not take for the partition's
 */
export function missingPartitions(
  { nodeId, image, logDirs }: NodeLogDirs,
  isSetAside: (folder: PartitionFolder) => boolean,
): MissingPartition[] {
  const present = new Set(
    logDirs
      .flatMap(({ partitions }) => partitions)
      .filter(folder => isKept(folder) && !isSetAside(folder))
      .map(({ parsed }) => checkpointKey(parsed)),
  )
  return image.topics.all().flatMap(({ name: topic, partitions }) =>
    [...partitions.values()]
      .filter(({ partitionId }) => !present.has(checkpointKey({ topic, partition: partitionId })))
      .filter(({ replicas }) => replicas.includes(nodeId))
      .sort((a, b) => a.partitionId - b.partitionId)
      .map(image => ({
        topic,
        partition: image.partitionId,
        otherReplicas: image.replicas.filter(id => id !== nodeId),
        place: placeOf(topic, image, { nodeId, logDirs }),
      })),
  )
}

/** Whether records went with it that no other replica brings back. */
export function isLost({ otherReplicas, place }: MissingPartition): boolean {
  return otherReplicas.length === 0 && place.kind !== 'never-placed'
}

function isKept({ parsed: { state } }: PartitionFolder): boolean {
  return state === 'live' || state === 'future'
}

function placeOf(
  topic: string,
  image: PartitionImage,
  { nodeId, logDirs }: Pick<NodeLogDirs, 'nodeId' | 'logDirs'>,
): MissingPlace {
  const directoryId = directoryOn(image, nodeId)
  if (directoryId === UNASSIGNED_DIRECTORY) return { kind: 'never-placed' }
  if (directoryId === undefined || isReservedDirectory(directoryId)) {
    return { kind: 'log-dir-not-given', directoryId: undefined }
  }
  const logDir = logDirs.find(({ meta }) => meta?.directoryId === directoryId)
  if (logDir === undefined) return { kind: 'log-dir-not-given', directoryId }
  const key = checkpointKey({ topic, partition: image.partitionId })
  const isUntouched = image.partitionEpoch === 0 && !isNoted(key, logDir)
  return isUntouched ? { kind: 'never-placed' } : { kind: 'no-folder', logDir: logDir.path }
}

/** A broker soon notes of what it made how far that goes. */
function isNoted(key: string, { checkpoints }: LogDir): boolean {
  return checkpoints.recoveryPoint.has(key) || checkpoints.highWatermark.has(key)
}
