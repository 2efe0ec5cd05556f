import type { Disk } from '../disk/disk.ts'

/** Those that are there: somebody may have been faster. */
export function removeSegmentFiles(disk: Disk, files: readonly { readonly path: string }[]): void {
  for (const { path } of files) if (disk.status(path) !== undefined) disk.remove(path)
}
