/** What verify finds fault with: of the files that follow from the logs, which; and whether with the logs themselves. */
import { basename, dirname, resolve } from 'node:path'
import { DEFAULT_DECODE_LIMITS } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { THREADED_BYTES_MIN, verify } from '../../inspect/verify/verify.ts'
import { derivedKindOf } from './derived-files.ts'

export interface PartitionFaults {
  /** Names of files that follow from the logs. */
  readonly wrong: ReadonlySet<string>
  readonly isDamaged: boolean
}

export interface FaultOptions {
  readonly workers: number
  readonly workingDirectory: string
  readonly onProgress: (bytes: number, totalBytes: number) => void
}

/**
 * @param paths of partitions' folders in log.dirs that nobody holds, or this process does
 * @returns by the folder's absolute path, of those that have any
 */
export async function findFaults(
  paths: readonly string[],
  disk: Disk,
  { workers, workingDirectory, onProgress }: FaultOptions,
): Promise<ReadonlyMap<string, PartitionFaults>> {
  const faults = new Map<string, { wrong: Set<string>; isDamaged: boolean }>()
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
    const isDerived = derivedKindOf(name) !== undefined
    const isDamage = severity === 'error' && name.endsWith('.log')
    if (!isDamage && !(isNoted && isDerived)) continue
    const folder = resolve(workingDirectory, dirname(file))
    if (!faults.has(folder)) faults.set(folder, { wrong: new Set(), isDamaged: false })
    const own = faults.get(folder)!
    if (isDerived) own.wrong.add(name)
    else own.isDamaged = true
  }
  return faults
}
