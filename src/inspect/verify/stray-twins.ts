/**
 * Folders of a partition that lies there twice, which a start puts aside by what the metadata log of their node says: over
 * those it does start, and serves the other. The log.dir that a replica is assigned to does not count for that.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { PARTITION_METADATA } from '../../log/file-names.ts'
import { checkpointKey, type LogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import { fateOf, type FolderPlace } from '../forecast/folder-fate.ts'
import type { FindingPlace } from './finding.ts'
import { partitionsTwice } from './log-dir-check.ts'
import { metadataDirOf } from './metadata-dir.ts'
import { readMetadataImage } from './metadata-image.ts'

export interface StrayTwin extends FolderPlace {
  /** To be reported; undefined where the others are put aside as well, and an empty one is served. */
  readonly place: FindingPlace | undefined
}

export function strayTwins(
  disk: Disk,
  logDirs: readonly LogDir[],
  limits: DecodeLimits,
): readonly StrayTwin[] {
  const images = new Map<string, ClusterImage | undefined>()
  const isStray = (place: FolderPlace) => {
    const path = metadataDirOf(place.logDir, logDirs)
    const nodeId = place.logDir.meta?.nodeId
    if (path === undefined || nodeId === undefined) return false
    if (!images.has(path)) images.set(path, readMetadataImage(disk, path, limits))
    const image = images.get(path)
    return image !== undefined && fateOf(disk, place, { image, nodeId })?.kind === 'stray'
  }
  const copies = new Map<PartitionFolder, FolderPlace>()
  for (const { folder, logDir, other, otherDir } of partitionsTwice(logDirs)) {
    copies.set(other, { folder: other, logDir: otherDir }).set(folder, { folder, logDir })
  }
  const places = [...copies.values()]
  const strays = places.filter(isStray)
  const served = places.filter(place => !strays.includes(place))
  return strays.map(stray => ({ ...stray, place: placeOf(stray, served) }))
}

function placeOf({ folder }: FolderPlace, served: readonly FolderPlace[]): StrayTwin['place'] {
  const partition = checkpointKey(folder.parsed)
  const other = served.find(each => checkpointKey(each.folder.parsed) === partition)
  if (other === undefined) return undefined
  return {
    file: folder.path,
    found: `${partition} again, no replica of the broker by its ${PARTITION_METADATA}`,
    expected: `once; it lies in ${other.folder.path}, too`,
  }
}
