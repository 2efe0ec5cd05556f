/** Which logs would lose data if they were opened: found out where nothing is written. */
import { OverlayDisk } from '../disk/overlay-disk.ts'
import { type LogDirsOptions, LogDirs } from '../log-dirs/log-dirs.ts'
import { refuseLosses, type ToldAction } from './refuse-losses.ts'

export interface LoadedPartition {
  /** Of its folder. */
  readonly path: string
  readonly topic: string
  readonly partition: number
  readonly logDir: string
}

/**
 * @returns by path, what speaks against opening it
 * @throws DiskError
 * @throws RefusedError where the log.dirs are not those of one broker
 */
export async function rehearseLoading(
  partitions: readonly LoadedPartition[],
  options: LogDirsOptions,
): Promise<ReadonlyMap<string, unknown>> {
  const refused = new Map<string, unknown>()
  const told: ToldAction[] = []
  const logDirs = LogDirs.open([...new Set(partitions.map(({ logDir }) => logDir))], {
    ...options,
    disk: new OverlayDisk(options.disk),
    takesLocks: false,
    onAction: (partition, action) => told.push({ partition, action }),
  })
  try {
    for (const { logDir, path, topic, partition } of partitions) {
      const dir = logDirs.dirs.find(each => each.path === logDir)!
      try {
        told.length = 0
        dir.open({ topic, partition })
        refuseLosses(told)
      } catch (error) {
        refused.set(path, error)
      }
    }
  } finally {
    await logDirs.close()
  }
  return refused
}
