/**
 * What became of a partition's transactions, at the cost of the batches behind one producer snapshot: the snapshot says
 * which were open when it was taken, the batches what happened since.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#rebuildProducerState, ProducerStateManager#loadSnapshot
 */
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { damageOfEntry, searchOffsetIndex, startOfScan } from '../../log/offset-lookup.ts'
import { withSegment } from '../../log/open-segment.ts'
import { readProducerSnapshot, type ProducerStateEntry } from '../../log/producer-snapshot.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { TransactionReplay, type OpenTransaction } from './transaction-replay.ts'

export interface PartitionTransactions {
  /** In order of their first offset. */
  readonly open: readonly OpenTransaction[]
  /** Where reading committed records ends: the first offset of the first that is open, or the log's end. */
  readonly lastStableOffset: bigint
}

/** Takes what is wrong with files that are left aside. */
export type NoticeTaker = (message: string) => void

/** @throws DiskError where a log can't be read */
export function partitionTransactions(
  disk: Disk,
  log: PartitionLog,
  logEndOffset: bigint,
  notice: NoticeTaker = () => undefined,
): PartitionTransactions {
  const state = stateAt(disk, log, logEndOffset, notice) ?? stateWithoutSnapshot(log, logEndOffset)
  const segments = state.offset < logEndOffset ? log.segments : []
  const replay = replayTransactions(disk, { state, segments, limits: log.limits })
  const open = [...replay.open.values()]
    .filter(({ firstOffset }) => firstOffset < logEndOffset)
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  return { open, lastStableOffset: open[0]?.firstOffset ?? logEndOffset }
}

export interface ProducerState {
  readonly offset: bigint
  readonly producers: readonly ProducerStateEntry[]
}

/**
 * The last that can be read of those not above an offset. (Above the log's end they are of records that were lost.)
 * Undefined where there is none.
 */
export function stateAt(
  disk: Disk,
  { directory }: Pick<PartitionLog, 'directory'>,
  upTo: bigint,
  notice: NoticeTaker = () => undefined,
): ProducerState | undefined {
  for (const { offset, file } of [...directory.snapshots].reverse()) {
    if (offset > upTo) continue
    try {
      return { offset, producers: readProducerSnapshot(disk.readWhole(file.path)) }
    } catch (error) {
      if (!isAboutData(error)) throw error
      notice((error instanceof CorruptDataError ? error.in(file.path) : error).message)
    }
  }
  return undefined
}

export interface ReplayOptions extends Pick<PartitionLog, 'limits' | 'segments'> {
  readonly state: ProducerState
}

/** Through all the segments given, from the state on. */
export function replayTransactions(
  disk: Disk,
  { state, segments, limits }: ReplayOptions,
): TransactionReplay {
  const replay = new TransactionReplay(state.producers, state.offset, limits)
  const first = Math.max(0, floorSegment(segments, state.offset))
  for (const segment of segments.slice(first)) replaySegment(disk, segment, replay, limits)
  return replay
}

function replaySegment(
  disk: Disk,
  segment: Segment,
  replay: TransactionReplay,
  limits: PartitionLog['limits'],
): void {
  withSegment(disk, segment, open => {
    const index = open.offsetIndex && searchOffsetIndex(open.offsetIndex, replay.nextOffset)
    const { from } = startOfScan(index, index && damageOfEntry(open, index))
    replay.run(new BatchScanner(open.log, { from, limits }))
  })
}

/** A log that was closed cleanly without a snapshot is taken for a log without producers. */
function stateWithoutSnapshot(log: PartitionLog, logEndOffset: bigint): ProducerState {
  const offset = log.isClean ? logEndOffset : (log.segments[0]?.baseOffset ?? 0n)
  return { offset, producers: [] }
}

function isAboutData(error: unknown): error is CorruptDataError | LimitError | DiskError {
  return [CorruptDataError, LimitError, DiskError].some(kind => error instanceof kind)
}
