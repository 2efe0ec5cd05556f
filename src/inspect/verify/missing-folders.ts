/**
 * Folders that the metadata log of their node has in a log.dir, and that are in none of those to verify. One that a start
 * puts aside is there all the same: what is wrong with it is told of itself.
 */
import { join } from 'node:path'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { checkpointKey, type LogDir } from '../../log-dirs/log-dir.ts'
import { missingPartitions } from '../topics/missing-partitions.ts'
import type { FindingPlace } from './finding.ts'
import { metadataDirOf } from './metadata-dir.ts'
import { readMetadataImage } from './metadata-image.ts'

export interface MissingFolder {
  /** In which it ought to lie. */
  readonly logDir: LogDir
  readonly place: FindingPlace
}

export function missingFolders(
  disk: Disk,
  logDirs: readonly LogDir[],
  limits: DecodeLimits,
): MissingFolder[] {
  return nodesIn(logDirs).flatMap(ofNode => {
    const path = metadataDirOf(ofNode[0], ofNode)
    const image = path === undefined ? undefined : readMetadataImage(disk, path, limits)
    const nodeId = ofNode[0].meta?.nodeId
    if (image === undefined || nodeId === undefined) return []
    const missing = missingPartitions({ nodeId, image, logDirs: ofNode }, () => false)
    return missing.flatMap(({ topic, partition, place }) => {
      if (place.kind !== 'no-folder') return []
      const name = checkpointKey({ topic, partition })
      const logDir = ofNode.find(each => each.path === place.logDir)!
      const found = 'no folder, here or in another log.dir that was given'
      const expected = 'one: the cluster has the partition in this log.dir'
      return [{ logDir, place: { file: join(logDir.path, name), found, expected } }]
    })
  })
}

type SomeLogDirs = readonly [LogDir, ...LogDir[]]

/** The log.dirs of each. */
function nodesIn(logDirs: readonly LogDir[]): SomeLogDirs[] {
  const nodes = new Map<string, SomeLogDirs>()
  for (const logDir of logDirs) {
    const key = `${logDir.meta?.clusterId} ${logDir.meta?.nodeId}`
    const known = nodes.get(key)
    nodes.set(key, known === undefined ? [logDir] : [...known, logDir])
  }
  return [...nodes.values()]
}
