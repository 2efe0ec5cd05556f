/** Opens partitions for reading, with an eye on how many files and bytes all of them together may hold. */
import { isReadFailure } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import { withOpenFilesAtMost } from '../../disk/bounded-files.ts'
import type { Disk } from '../../disk/disk.ts'
import { unreadableIndexText, withOptionalIndexes } from '../../log/optional-indexes.ts'
import type { Segment } from '../../log/segment.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import {
  partitionView,
  segmentsInView,
  type PartitionView,
  type ViewOptions,
} from '../search/partition-view.ts'
import type { SearchProblem } from '../search/segment-task.ts'
import { LivePartition } from './live-partition.ts'
import { windowSizeFor } from './merge-by-time.ts'
import { PartitionCursor, type CursorOptions, type PlannedSegment } from './partition-cursor.ts'

export interface ConsumedPartition {
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** Of the log's, those meant. */
  readonly segments: readonly Segment[]
}

export interface ConsumeOptions extends ViewOptions {
  /** Of several partitions. */
  readonly order: 'by partition' | 'by time'
  /** Control records, too. */
  readonly showsControl?: boolean
  readonly limits: DecodeLimits
  readonly tell: (problem: SearchProblem) => void
}

/** As many as the process may, up to here. */
const OPEN_FILES_MAX = 4096

export class PartitionReader {
  readonly #disk: Disk
  readonly #options: ConsumeOptions
  readonly #windowSize: number

  constructor(disk: Disk, partitionCount: number, options: ConsumeOptions) {
    const told = new Set<string>()
    const bounded = withOpenFilesAtMost(disk, OPEN_FILES_MAX)
    this.#disk = withOptionalIndexes(bounded, error => {
      const message = unreadableIndexText(error)
      if (!told.has(message)) options.tell({ kind: 'notice', message })
      told.add(message)
    })
    this.#options = options
    this.#windowSize = windowSizeFor(options.order === 'by time' ? partitionCount : 1)
  }

  *cursorsOf(partitions: readonly ConsumedPartition[]): Generator<PartitionCursor> {
    for (const partition of partitions) {
      const view = this.#attempt(partition, () =>
        partitionView(this.#disk, partition.log, this.#options),
      )
      if (view === undefined) continue
      for (const message of view.notices) this.#options.tell({ kind: 'notice', message })
      const segments = this.#plannedIn(partition, view)
      const plan = { segments, range: view.range }
      yield new PartitionCursor(this.#disk, plan, this.#cursorOptions(partition))
    }
  }

  live(partitions: readonly ConsumedPartition[]): LivePartition[] {
    return partitions.flatMap(partition => {
      const options = this.#cursorOptions(partition)
      const live = this.#attempt(
        partition,
        () => new LivePartition(this.#disk, partition.log, this.#options, options),
      )
      return live ?? []
    })
  }

  *#plannedIn(
    { log, segments }: ConsumedPartition,
    view: PartitionView,
  ): Generator<PlannedSegment, undefined> {
    const inView = segmentsInView(this.#disk, log, view, { segments, useIndexes: true })
    for (const { segment, isOpenEnded, aborted } of inView) {
      yield { segment, tail: isOpenEnded ? 'open' : 'closed', aborted }
    }
  }

  #cursorOptions({ topic, partition }: ConsumedPartition): CursorOptions {
    const { limits, tell, showsControl } = this.#options
    return { topic, partition, limits, windowSize: this.#windowSize, showsControl, tell }
  }

  /** Undefined where the partition can't be read, which is told. */
  #attempt<T>({ log }: ConsumedPartition, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!isReadFailure(error)) throw error
      const message = `${log.directory.path}: ${error.message}`
      this.#options.tell({ kind: 'failure', message, error })
      return undefined
    }
  }
}
