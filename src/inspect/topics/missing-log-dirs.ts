/** Log.dirs of a node that were not given: what lies in them would be made a second time in the others. */
import { checkpointKey, type LogDir } from '../../log-dirs/log-dir.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import { isReservedDirectory } from '../../metadata/directory-id.ts'
import { directoryOn } from '../../metadata/partition-image.ts'

export interface GivenLogDirs {
  readonly nodeId: number
  readonly image: ClusterImage
  readonly logDirs: readonly LogDir[]
  /** Of those that are to be formatted yet. */
  readonly freshCount: number
}

/**
 * A log.dir that nobody has opened yet may stand in the place of one that is lost: a broker, too, makes the partitions
 * of that anew.
 *
 * @param advice what to do about one that is lost
 */
export function missingLogDirProblems(given: GivenLogDirs, advice: string): string[] {
  const assigned = firstAssigned(given)
  const missing = missingOf(assigned, given)
  const newCount = given.freshCount + given.logDirs.filter(isUnused(given, assigned)).length
  if (missing.length <= newCount) return []
  return missing.map(([id, partition]) => {
    const where = `${partition} lies in the log.dir with the id ${id}`
    return `${where}, which is none of these: give all log.dirs of the node${advice}`
  })
}

/** Tells of each whether it stands in the place of one that is lost: marked as shut down, it would no longer. */
export function standsForLost(
  given: Omit<GivenLogDirs, 'freshCount'>,
): (logDir: LogDir) => boolean {
  const assigned = firstAssigned(given)
  const areMissing = missingOf(assigned, given).length > 0
  const isNew = isUnused(given, assigned)
  return logDir => areMissing && isNew(logDir)
}

/** The directory ids of those where partitions lie. */
export function missingDirectoryIds(given: Omit<GivenLogDirs, 'freshCount'>): string[] {
  return missingOf(firstAssigned(given), given).map(([id]) => id)
}

function missingOf(
  assigned: ReadonlyMap<string, string>,
  { logDirs }: Pick<GivenLogDirs, 'logDirs'>,
): (readonly [id: string, partition: string])[] {
  return [...assigned].filter(([id]) => !logDirs.some(isOf(id)))
}

/** By directory id: the first partition that the cluster has put there. */
function firstAssigned({
  nodeId,
  image,
}: Pick<GivenLogDirs, 'nodeId' | 'image'>): ReadonlyMap<string, string> {
  const first = new Map<string, string>()
  for (const { name: topic, partitions } of image.topics.all()) {
    for (const [partition, placed] of partitions) {
      const id = directoryOn(placed, nodeId)
      if (id === undefined || isReservedDirectory(id) || first.has(id)) continue
      first.set(id, checkpointKey({ topic, partition }))
    }
  }
  return first
}

function isUnused(
  { nodeId, image }: Pick<GivenLogDirs, 'nodeId' | 'image'>,
  assigned: ReadonlyMap<string, string>,
) {
  const registered = image.brokers.byId(nodeId)?.logDirs ?? []
  return ({ meta, lockFileExists, cleanShutdown, partitions }: LogDir) => {
    const id = meta?.directoryId
    const wasOpened = lockFileExists || cleanShutdown !== undefined
    if (wasOpened || partitions.length > 0) return false
    return id !== undefined && !assigned.has(id) && !registered.includes(id)
  }
}

function isOf(id: string) {
  return ({ meta }: LogDir) => meta?.directoryId === id
}
