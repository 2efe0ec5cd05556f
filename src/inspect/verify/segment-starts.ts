/** How a broker will load each segment of a partition at its next start, and what that does to them. */
import { INT64_MAX } from '../../binary/big-endian.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { PartitionDirectory } from '../../log/partition-directory.ts'
import { startOf, type SegmentStart } from './finding.ts'
import type { PartitionTask } from './partition-task.ts'

export interface SettledPartition {
  /** Of the producer snapshots that a broker can use; ascending. */
  readonly snapshotOffsets: readonly bigint[]
  readonly logEndOffset: bigint
}

export class SegmentStarts {
  readonly #directory: PartitionDirectory
  readonly #task: PartitionTask
  readonly #starts: readonly SegmentStart[]

  constructor(directory: PartitionDirectory, task: PartitionTask) {
    this.#directory = directory
    this.#task = task
    this.#starts = directory.segments.map((segment, index) => {
      const isRecovered = this.isRecovered(index)
      // Indexes are looked for before anything is recovered.
      const isReindexed = task.dirState === 'unclean' && segment.index === undefined
      return startOf(isReindexed ? 'reindexed' : isRecovered ? 'recovered' : 'trusted')
    })
  }

  at(index: number): SegmentStart {
    return this.#starts[index] ?? startOf('trusted')
  }

  /** A broker that died is not trusted from the segment on that holds the recovery point; metadata never is. */
  isRecovered(index: number): boolean {
    const { dirState, noted } = this.#task
    const { topic, segments } = this.#directory
    if (topic === METADATA_TOPIC) return true
    if (dirState !== 'unclean') return false
    const following = segments[index + 1]
    return following === undefined || following.baseOffset > (noted?.recoveryPoint ?? 0n)
  }

  /**
   * Once all segments are checked: which of them are walked for producers, and which must not be read through. Where a
   * broker reads a segment for its indexes, it deletes the snapshots behind that.
   */
  settle(partition: SettledPartition): void {
    const { segments } = this.#directory
    let replayFrom = this.#replayFrom(partition)
    for (const [index, start] of this.#starts.entries()) {
      const end = segments[index + 1]?.baseOffset ?? partition.logEndOffset
      if (start.loading === 'reindexed') replayFrom = segments[index]!.baseOffset
      if (start.loading === 'trusted' && end > replayFrom) start.loading = 'replayed'
    }
    let isStopped = false
    for (const start of this.#starts.toReversed()) {
      start.isUnsafeToRead = start.isCutWhenRead || isStopped
      isStopped ||= start.stopsReplay
    }
  }

  /** Behind the newest snapshot that can be used. Without any, a clean log's producers are given up, not looked for. */
  #replayFrom({ snapshotOffsets, logEndOffset }: SettledPartition): bigint {
    const { dirState } = this.#task
    if (dirState !== 'clean' && dirState !== 'unclean') return INT64_MAX
    const recovered = this.#directory.segments.find((_, index) => this.isRecovered(index))
    const end = recovered?.baseOffset ?? logEndOffset
    const newest = snapshotOffsets.findLast(offset => offset <= end)
    return newest ?? (dirState === 'clean' ? INT64_MAX : 0n)
  }
}
