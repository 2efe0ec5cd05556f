/**
 * Which log.dir each new partition goes to: the one with the fewest, and of several the first.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#nextLogDirs
 */
export interface DirectoryLoad {
  readonly directoryId: string
  readonly partitionCount: number
}

/** @returns the directory ids, in order of the partitions' numbers; none where there is no log.dir */
export function placePartitions(count: number, directories: readonly DirectoryLoad[]): string[] {
  const loads = directories.map(({ directoryId, partitionCount }) => ({
    directoryId,
    partitionCount,
  }))
  if (loads.length === 0) return []
  return Array.from({ length: count }, () => {
    const least = loads.reduce((a, b) => (b.partitionCount < a.partitionCount ? b : a))
    least.partitionCount++
    return least.directoryId
  })
}
