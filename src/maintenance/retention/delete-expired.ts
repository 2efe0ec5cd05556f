/**
 * Deletes what has had its time from the logs of stopped log.dirs, as a broker does: the log start offset goes up, files
 * are renamed out of the way, the oldest first, and then removed; nobody reads them, so none waits for it.
 */
import type { LogDirsOptions } from '../../log-dirs/log-dirs.ts'
import { LogDirs } from '../../log-dirs/log-dirs.ts'
import { expireSegments } from '../../log/expire-segments.ts'
import { parsePartitionFolder } from '../../log/file-names.ts'
import type { RetentionConfig, RetentionPlan } from '../../log/retention-policy.ts'

export interface ExpiringPartition {
  /** Of its folder. */
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly logDir: string
  /** Whether one broker alone has it. */
  readonly isOnlyReplica: boolean
  readonly config: RetentionConfig
}

export interface DeletedFrom {
  readonly logStartOffset: bigint
  readonly plan: RetentionPlan
}

/**
 * @param onClosed told of the log.dirs once all is done
 * @returns what was deleted, for each partition
 * @throws DiskError
 */
export async function deleteExpired(
  partitions: readonly ExpiringPartition[],
  options: LogDirsOptions,
  onClosed: (logDirs: LogDirs) => void = () => undefined,
): Promise<readonly DeletedFrom[]> {
  const paths = [...new Set(partitions.map(({ logDir }) => logDir))]
  const logDirs = LogDirs.open(paths, options)
  const deleted: DeletedFrom[] = []
  try {
    for (const partition of partitions) {
      const dir = logDirs.dirs.find(({ path }) => path === partition.logDir)!
      const log = dir.open(parsePartitionFolder(partition.name) ?? partition)
      dir.ready()
      if (partition.isOnlyReplica) log.raiseHighWatermark(log.endOffset)
      const plan = expireSegments(log, partition.config, options.clock.nowMs())
      log.removeCondemned(Infinity)
      deleted.push({ logStartOffset: log.logStartOffset, plan })
    }
  } finally {
    await logDirs.close()
  }
  onClosed(logDirs)
  return deleted
}
