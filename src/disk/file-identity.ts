/** What a name leads to, whatever the name: `a`, `a/`, `./a` and a link to it are one and the same. */
import type { Disk } from './disk.ts'

/** The path itself where there is nothing. */
export function identityOf(path: string, disk: Disk): string {
  const status = disk.status(path)
  return status === undefined ? path : `${status.device}:${status.inode}`
}
