/** How far a dump has come, over all its files. */
import { DiskError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { FileToDump } from '../inspect/dump/dump-files.ts'
import type { Progress } from './progress.ts'

/** Takes the bytes that were gone through; undefined where nobody is shown them. */
export function advancing(
  progress: Progress,
  sizes: () => readonly number[],
): ((bytes: number) => void) | undefined {
  if (!progress.isShown) return undefined
  const totalBytes = sizes().reduce((sum, size) => sum + size, 0)
  let passed = 0
  return bytes => progress.advance((passed += bytes), totalBytes)
}

/** What can't be looked at counts nothing: the dump tells of it. */
export function sizesOf(files: readonly FileToDump[], disk: Disk): number[] {
  return files.map(({ path }) => {
    try {
      return disk.status(path)?.size ?? 0
    } catch (error) {
      if (error instanceof DiskError) return 0
      throw error
    }
  })
}
