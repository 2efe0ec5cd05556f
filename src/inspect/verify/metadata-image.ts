/** The cluster as the metadata log in a log.dir tells it. */
import { DiskError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import { readClusterHere } from '../topics/cluster-here.ts'

/** Undefined where not all of it can be read: what is wrong with it, its own check tells. */
export function readMetadataImage(
  disk: Disk,
  logDir: string,
  limits: DecodeLimits,
): ClusterImage | undefined {
  const problems: string[] = []
  const problem = (message: string) => problems.push(message)
  try {
    const options = { limits, problem, notice: () => undefined }
    const { metadataLog } = readClusterHere(disk, [logDir], options)
    return problems.length === 0 ? metadataLog?.image : undefined
  } catch (error) {
    if (error instanceof DiskError) return undefined
    throw error
  }
}
