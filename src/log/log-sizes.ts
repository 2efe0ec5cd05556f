import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'

/**
 * Of the logs in a partition's folder: what work on them is reckoned by. None where that can't be found out: reading them
 * will tell why.
 */
export function logSizes(folder: string, disk: Disk): number[] {
  try {
    const logs = disk.list(folder).filter(({ name }) => name.endsWith('.log'))
    return logs.map(({ name }) => disk.status(join(folder, name))?.size ?? 0)
  } catch (error) {
    if (error instanceof DiskError) return []
    throw error
  }
}
