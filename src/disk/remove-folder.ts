/** Takes away a folder that holds files only, as that of a partition does. */
import { join } from 'node:path'
import type { Disk } from './disk.ts'

/** Whether it is there or not. @throws DiskError */
export function removeFolder(disk: Disk, path: string): void {
  if (disk.status(path) === undefined) return
  for (const { name } of disk.list(path)) disk.remove(join(path, name))
  disk.removeDirectory(path)
}
