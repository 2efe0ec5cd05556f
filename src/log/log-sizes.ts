import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { parseSegmentFileName } from './file-names.ts'

/**
 * Of the logs in a partition's folder: what work on them is reckoned by. None where that can't be found out: reading them
 * will tell why.
 *
 * @param from base offset of the first that counts
 */
export function logSizes(folder: string, disk: Disk, from = 0n): number[] {
  try {
    const logs = disk.list(folder).filter(({ name }) => {
      return name.endsWith('.log') && (parseSegmentFileName(name)?.baseOffset ?? 0n) >= from
    })
    return logs.map(({ name }) => disk.status(join(folder, name))?.size ?? 0)
  } catch (error) {
    if (error instanceof DiskError) return []
    throw error
  }
}
