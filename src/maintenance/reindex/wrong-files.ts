/** Of the files that follow from the logs, those that verify finds fault with. */
import { basename, dirname, resolve } from 'node:path'
import { DEFAULT_DECODE_LIMITS } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { THREADED_BYTES_MIN, verify } from '../../inspect/verify/verify.ts'
import { derivedKindOf } from './derived-files.ts'

export interface WrongFilesOptions {
  readonly workers: number
  readonly workingDirectory: string
  readonly onProgress: (bytes: number, totalBytes: number) => void
}

/**
 * @param paths of partitions' folders in log.dirs that nobody holds, or this process does
 * @returns names of files by the folder's absolute path
 */
export async function findWrongFiles(
  paths: readonly string[],
  disk: Disk,
  { workers, workingDirectory, onProgress }: WrongFilesOptions,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const wrong = new Map<string, Set<string>>()
  const limits = DEFAULT_DECODE_LIMITS
  const options = {
    deep: false,
    live: false,
    limits,
    workers,
    threadedBytesMin: THREADED_BYTES_MIN,
  }
  const targets = paths.map(path => ({ kind: 'partition', path }) as const)
  const environment = {
    disk: considerate(disk),
    workingDirectory,
    // Asking would let go of a lock of our own.
    lockHolder: () => undefined,
    onProgress,
  }
  for await (const { file, kind, severity } of verify(targets, options, environment)) {
    const name = basename(file)
    const isNoted = severity !== 'notice' || kind === 'unclean-index'
    if (!isNoted || derivedKindOf(name) === undefined) continue
    const folder = resolve(workingDirectory, dirname(file))
    if (!wrong.has(folder)) wrong.set(folder, new Set())
    wrong.get(folder)!.add(name)
  }
  return wrong
}
