/** Topics made or removed in the metadata log of a stopped node: what is to be written, before anything is. */
import { join } from 'node:path'
import type { ClusterChange, FolderRename, FreshLogDir } from '../../log-dirs/cluster-change.ts'
import { formattedLogDir } from '../../log-dirs/formatted-log-dir.ts'
import { metadataTerm } from '../../log-dirs/metadata-term.ts'
import { deletedFolderName } from '../../log/file-names.ts'
import { createTopic } from '../../metadata/create-topic.ts'
import { deleteTopic } from '../../metadata/delete-topic.ts'
import { UNASSIGNED_DIRECTORY } from '../../metadata/directory-id.ts'
import type { MetadataRecord } from '../../metadata/metadata-records.ts'
import { placePartitions, type DirectoryLoad } from '../../metadata/placement.ts'
import { refused, type TopicRefusal } from '../../metadata/topic-decision.ts'
import { brokerOf, emptiedLogDirs } from './broker-of-node.ts'
import { pathsById } from './cluster-here.ts'
import type { NodeIdentity } from './node-identity.ts'
import type { StoppedNode } from './stopped-node.ts'

export interface TopicChange {
  readonly error?: undefined
  /** Those of the topics; what makes a beginning of the log goes before them. */
  readonly records: readonly MetadataRecord[]
  /** Those that a creation makes, in order of their numbers. */
  readonly partitions: readonly NewPartition[]
  readonly change: ClusterChange
}

export interface NewPartition {
  readonly partition: number
  readonly directoryId: string
  /** Undefined where the broker is to choose. */
  readonly logDir: string | undefined
}

export interface ChangeOptions {
  readonly nowMs: number
  readonly newId: () => string
  /** 32 hex digits. */
  readonly newFolderId: () => string
}

export interface FreshPath {
  readonly path: string
  /** Else there is nothing by that name. */
  readonly exists: boolean
  /** Of one that is lost, in whose place it is to be; by default a new one. */
  readonly directoryId?: string | undefined
}

export interface WantedTopic {
  readonly name: string
  readonly partitionCount: number
  readonly configs: ReadonlyMap<string, string>
  /** That it had before, elsewhere; by default a new one. */
  readonly topicId?: string
  /** As its logs have them, by partition, where they were led before; by default 0. */
  readonly leaderEpochs?: ReadonlyMap<number, number>
  /** To be written with those that make it, and as one with them. */
  readonly others?: readonly MetadataRecord[]
  /** Log.dirs that have to be formatted first. */
  readonly fresh: readonly FreshPath[]
  /** Of the node; where log.dirs are formatted already, theirs. */
  readonly identity: NodeIdentity
}

export function topicCreation(
  node: StoppedNode,
  wanted: WantedTopic,
  options: ChangeOptions,
): TopicChange | TopicRefusal {
  const { name, partitionCount, fresh, identity } = wanted
  const format = fresh.map(place => freshLogDir(place, identity, options))
  const counts = partitionCounts(node)
  const freshLoads = format.map(({ directoryId }) => {
    return { directoryId, partitionCount: counts.get(directoryId) ?? 0 }
  })
  const loads = directoryLoads(node)
  let directories: readonly string[] | undefined
  // Not before the count was found to be one that a topic can have.
  const directoryOf = (partition: number) => {
    directories ??= loads ? placePartitions(partitionCount, [...loads, ...freshLoads]) : []
    return directories[partition] ?? UNASSIGNED_DIRECTORY
  }
  const decision = createTopic(
    {
      name,
      partitionCount,
      configs: wanted.configs,
      topicId: wanted.topicId ?? options.newId(),
      leaderEpochOf: partition => wanted.leaderEpochs?.get(partition) ?? 0,
      brokerId: identity.nodeId,
      directoryOf,
    },
    node.image,
  )
  if (decision.error !== undefined) return decision
  const [inTheWay] = node.folders.ofTopic(name)
  if (inTheWay !== undefined) {
    const why = `${inTheWay.path} is there, of a topic that the cluster doesn't know: move it away`
    return refused('TOPIC_ALREADY_EXISTS', why)
  }
  const records = [...(wanted.others ?? []), ...decision.records]
  const paths = new Map(pathsById(node.logDirs))
  for (const { directoryId, path } of format) paths.set(directoryId, path)
  const partitions = Array.from({ length: partitionCount }, (_, partition) => {
    const directoryId = directoryOf(partition)
    return { partition, directoryId, logDir: paths.get(directoryId) }
  })
  const change = changeOf(node, identity, { records, format, renames: [] }, options)
  return { records, partitions, change }
}

/** @param names of topics that are there */
export function topicDeletion(
  node: StoppedNode,
  names: readonly string[],
  identity: NodeIdentity,
  options: ChangeOptions,
): TopicChange | TopicRefusal {
  const records: MetadataRecord[] = []
  for (const name of names) {
    const decision = deleteTopic(name, node.image)
    if (decision.error !== undefined) return decision
    records.push(...decision.records)
  }
  const renames = names.flatMap(name => folderRenames(node, name, options))
  const change = changeOf(node, identity, { records, format: [], renames }, options)
  return { records, partitions: [], change }
}

/** Log.dirs that are added to those of a node that was in use. */
export function logDirAddition(
  node: StoppedNode,
  fresh: readonly FreshPath[],
  identity: NodeIdentity,
  options: ChangeOptions,
): ClusterChange {
  const format = fresh.map(place => freshLogDir(place, identity, options))
  return changeOf(node, identity, { records: [], format, renames: [] }, options)
}

/** The same, and those that are empty again, to be written to by others than a broker. */
export function logDirReadying(
  node: StoppedNode,
  fresh: readonly FreshPath[],
  identity: NodeIdentity,
  options: ChangeOptions,
): ClusterChange {
  const change = logDirAddition(node, fresh, identity, options)
  const unused = new Set([...change.unused, ...emptiedLogDirs(node, identity.nodeId)])
  return { ...change, unused: [...unused] }
}

/** Undefined where one has no directory id: then the broker chooses. A cordoned one gets nothing new. */
function directoryLoads(node: StoppedNode): DirectoryLoad[] | undefined {
  const { logDirs, image, identity } = node
  const paths = pathsById(logDirs)
  if (paths.size < logDirs.length) return undefined
  const cordoned = identity && image.brokers.byId(identity.nodeId)?.cordonedLogDirs
  const counts = partitionCounts(node)
  return [...paths.keys()]
    .filter(directoryId => cordoned?.includes(directoryId) !== true)
    .map(directoryId => ({ directoryId, partitionCount: counts.get(directoryId) ?? 0 }))
}

/** By directory id. */
function partitionCounts({ image }: StoppedNode): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const topic of image.topics.all()) {
    for (const { directories } of topic.partitions.values()) {
      for (const id of directories) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
  }
  return counts
}

export function freshLogDir(
  { path, exists, directoryId: lostId }: FreshPath,
  identity: NodeIdentity,
  { nowMs, newId }: ChangeOptions,
): FreshLogDir {
  const directoryId = lostId ?? newId()
  return { path, exists, directoryId, files: formattedLogDir({ ...identity, directoryId }, nowMs) }
}

function folderRenames(
  { folders }: StoppedNode,
  topic: string,
  { newFolderId }: ChangeOptions,
): FolderRename[] {
  return folders.ofTopic(topic).map(({ path, logDir, parsed }) => ({
    from: path,
    to: join(logDir, deletedFolderName(parsed, newFolderId())),
  }))
}

/** Records, and what goes before them in the log of a node that leads again. */
export function changeOf(
  node: StoppedNode,
  { nodeId }: NodeIdentity,
  { records, format, renames }: Wanted,
  { nowMs, newId }: ChangeOptions,
): ClusterChange {
  const { activation, metadataFolder: folder, logEndOffset, quorum } = node
  const { registration, brokerEpoch, unused } = brokerOf(node, nodeId, { format, newId })
  const term = metadataTerm({ nodeId, ...quorum }, [activation, registration, records], nowMs)
  const logDirs = [...node.logDirs, ...format].map(({ path }) => path)
  const append = { folder, logEndOffset, term }
  return { logDirs, format, append, renames, unused, brokerEpoch }
}

type Wanted = Pick<ClusterChange, 'format' | 'renames'> & {
  readonly records: readonly MetadataRecord[]
}
