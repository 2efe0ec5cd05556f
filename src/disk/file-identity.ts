/** What a name leads to, whatever the name: `a`, `a/`, `./a` and a link to it are one and the same. */
import { DiskError } from '../base/errors.ts'
import type { Disk } from './disk.ts'

/** The path itself where there is nothing, or nothing that can be looked at. */
export function identityOf(path: string, disk: Disk): string {
  try {
    const status = disk.status(path)
    return status === undefined ? path : `${status.device}:${status.inode}`
  } catch (error) {
    if (error instanceof DiskError) return path
    throw error
  }
}
