/**
 * What of a stopped node can be moved between its log.dirs, what stays where it is, and what an interrupted move has
 * left: that is gone on with.
 *
 * | folders of a partition                   | the cluster has it | it is                                            |
 * |------------------------------------------|--------------------|--------------------------------------------------|
 * | one that serves                          | anywhere           | movable                                          |
 * | that, and a copy of ours in another      | anywhere           | copied: the same move again                      |
 * | that, and somebody else's copy           | anywhere           | staying: a broker is moving it                   |
 * | a copy of ours, and none that serves     | where the copy is  | to be put in place, as a broker would            |
 */
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { LogDir, PartitionFolder } from '../../log-dirs/log-dir.ts'
import { folderContent } from '../../inspect/topics/topic-folders.ts'
import type { StoppedNode } from '../../inspect/topics/stopped-node.ts'
import { supportsDirectories } from '../../metadata/metadata-version.ts'
import { directoryOn } from '../../metadata/partition-image.ts'
import type { MovablePartition, MoveDirectory, WantedMove } from './move-plan.ts'
import { folderTree, moveIdOf } from './partition-copy.ts'

export interface Movable {
  readonly directories: readonly MoveDirectory[]
  readonly partitions: readonly MovablePartition[]
  readonly staying: readonly StayingPartition[]
  /** Whole copies that wait for their source to go. */
  readonly copied: readonly WantedMove[]
  /** Whole copies whose source has gone. */
  readonly unplaced: readonly UnplacedCopy[]
}

export interface StayingPartition {
  readonly name: string
  readonly logDir: string
  readonly reason: string
}

export interface UnplacedCopy {
  readonly topic: string
  readonly partition: number
  /** Of the copy's folder, and the log.dir it is in. */
  readonly path: string
  readonly logDir: string
}

/** @throws DiskError */
export function readMovable(disk: Disk, node: StoppedNode): Movable {
  const partitions: MovablePartition[] = []
  const staying: StayingPartition[] = []
  const bytesIn = new Map<string, number>()
  for (const { path: logDir, partitions: folders } of node.logDirs) {
    for (const folder of folders.filter(isServing)) {
      const { files } = folderTree(disk, folder.path)
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      bytesIn.set(logDir, (bytesIn.get(logDir) ?? 0) + bytes)
      const { name, parsed } = folder
      const reason = whyItStays(disk, node, folder)
      if (reason !== undefined) staying.push({ name, logDir, reason })
      else {
        const { topic, partition } = parsed
        const { topicId } = node.image.topics.byName(topic)!
        const size = files.reduce((sum, file) => sum + file.size, 0)
        partitions.push({ topic, partition, name, topicId, logDir, bytes, size })
      }
    }
  }
  const directories = node.logDirs.map(dir =>
    directoryOf(disk, node, dir, bytesIn.get(dir.path) ?? 0),
  )
  return {
    directories,
    partitions,
    staying,
    copied: partitions.flatMap(partition => copiedTo(node, partition)),
    unplaced: node.logDirs.flatMap(logDir => unplacedIn(node, logDir)),
  }
}

function isServing({ parsed, insteadOfFolder }: PartitionFolder): boolean {
  return parsed.state === 'live' && insteadOfFolder === undefined
}

function whyItStays(disk: Disk, node: StoppedNode, folder: PartitionFolder): string | undefined {
  const { topic, partition } = folder.parsed
  if (topic === METADATA_TOPIC) {
    return 'metadata.log.dir of server.properties, or the first of log.dirs, says where it lies'
  }
  const image = node.image.topics.byName(topic)
  const replicas = image?.partitions.get(partition)?.replicas
  if (image === undefined || replicas?.includes(node.identity!.nodeId) !== true) {
    return 'the cluster has no such replica here, and a broker puts it aside'
  }
  const folders = node.folders.of(topic, partition)
  if (folders.filter(({ parsed }) => parsed.state === 'live').length > 1) {
    return 'it is in several log.dirs, and a broker would not start'
  }
  const live = folders.find(({ path }) => path === folder.path)!
  const { topicId } = folderContent(disk, live)
  if (topicId !== image.topicId) return 'it is of another topic by this name'
  const foreign = folders.find(other => {
    return other.parsed.state === 'future' && !isOurs(node, other, image.topicId)
  })
  return foreign && `a broker is moving it to ${foreign.logDir}`
}

function copiedTo(node: StoppedNode, partition: MovablePartition): WantedMove[] {
  return node.folders
    .of(partition.topic, partition.partition)
    .filter(({ parsed }) => parsed.state === 'future')
    .slice(0, 1)
    .map(({ logDir }) => ({ partition, to: logDir, isCopied: true }))
}

function unplacedIn(node: StoppedNode, { path: logDir, meta, partitions }: LogDir): UnplacedCopy[] {
  return partitions.flatMap(({ parsed, path, insteadOfFolder }) => {
    const { topic, partition, state } = parsed
    if (state !== 'future' || insteadOfFolder !== undefined) return []
    const serves = node.folders.of(topic, partition).some(({ parsed: other }) => {
      return other.state === 'live'
    })
    const image = node.image.topics.byName(topic)
    const replica = image?.partitions.get(partition)
    const assigned = replica && directoryOn(replica, node.identity!.nodeId)
    const isAssigned = assigned !== undefined && assigned === meta?.directoryId
    const isOwn = isOurs(node, { parsed, logDir }, image?.topicId)
    return !serves && isAssigned && isOwn ? [{ topic, partition, path, logDir }] : []
  })
}

function isOurs(
  { logDirs }: StoppedNode,
  { parsed, logDir }: Pick<PartitionFolder, 'parsed'> & { readonly logDir: string },
  topicId: string | undefined,
): boolean {
  const directoryId = logDirs.find(({ path }) => path === logDir)?.meta?.directoryId
  if (directoryId === undefined || topicId === undefined) return false
  return parsed.uniqueId === moveIdOf({ ...parsed, topicId, directoryId })
}

function directoryOf(
  disk: Disk,
  { image, identity }: StoppedNode,
  { path, meta }: LogDir,
  bytes: number,
): MoveDirectory {
  const space = disk.space(path)
  const id = meta?.directoryId
  const cordoned = image.brokers.byId(identity!.nodeId)?.cordonedLogDirs ?? []
  return {
    path,
    fileSystem: String(disk.status(path)?.device ?? path),
    freeBytes: space === undefined ? Infinity : Number(space.usableBytes),
    bytes,
    takesNew: id !== undefined && !cordoned.includes(id),
  }
}

/** Why nothing of the node can be moved; undefined where it can. */
export function whyNothingMoves(node: StoppedNode): string | undefined {
  const hard = node.problems.find(problem => !node.clusterProblems.includes(problem))
  if (hard !== undefined) return hard
  if (node.identity === undefined || node.metadataLog === undefined) {
    return 'no broker was ever started on these log.dirs: there is nothing to move'
  }
  if (!supportsDirectories(node.image)) {
    return 'its metadata.version does not tell log.dirs apart (3.7 does): upgrade that first'
  }
  const damaged = node.logDirs.find(({ damages, failures }) => damages.length + failures.length > 0)
  return damaged && `files in the root of ${damaged.path} are damaged: kbroker verify tells which`
}
