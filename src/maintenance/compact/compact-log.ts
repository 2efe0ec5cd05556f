/** Cleans one log as often as it takes, or tells what that would come to. */
import type { DecodeLimits } from '../../base/limits.ts'
import { cleanLog } from '../../log/cleaner/clean-log.ts'
import { type CleanableRange, cleanableRange } from '../../log/cleaner/cleanable-range.ts'
import type { CleaningCounts } from '../../log/cleaner/cleaning-counts.ts'
import { mapSize } from '../../log/cleaner/map-size.ts'
import { OffsetMap, type OffsetMapOptions } from '../../log/cleaner/offset-map.ts'
import { cleanableLog } from '../../log/cleaner/segment-sizes.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { KeyWaste, type WastedKey } from './key-waste.ts'

export interface CompactOptions {
  /** First dirty offset, as the log.dir's checkpoint has it. */
  readonly checkpoint: bigint | undefined
  readonly isPreview: boolean
  /** Whether the active segment is closed first, so that it is cleaned too. */
  readonly rolls: boolean
  /** Whether a log is left alone that a broker's cleaner would leave alone now. */
  readonly onlyDue: boolean
  /** At most. */
  readonly buffer: OffsetMapOptions
  readonly limits: DecodeLimits
  readonly nowMs: number
  readonly topKeys: number
  /** Told how many bytes were read since, of how many more or less. */
  readonly onProgress?: (bytes: number) => void
  /** Once a pass has ended, with what the checkpoint is to say from now on. */
  readonly onCleaned: (endOffset: bigint) => void
}

export interface CompactedLog {
  readonly topic: string
  readonly partition: number
  readonly path: string
  /** Before. */
  readonly range: CleanableRange
  /** From the first uncleanable offset on. */
  readonly leftBytes: number
  /** Undefined where there was nothing to clean, or no reason to. */
  readonly cleaned?: Cleaned
}

export interface Cleaned {
  readonly passes: number
  /** Of a preview, which sees the first pass alone: where the next one would begin, if there is one. */
  readonly nextPassFrom?: bigint
  /** Of all passes. */
  readonly before: CleaningCounts['before']
  readonly after: CleaningCounts['after']
  /** Of the log of the largest segment that is written. */
  readonly largestBytes: number
  readonly dropped: Readonly<Record<DropReason, Dropped>>
  /** By the last pass. */
  readonly tombstones: number
  readonly markers: number
  readonly nextHorizonMs: number | undefined
  readonly wastedKeys: readonly WastedKey[]
  readonly uncertainBytes: number
}

export type DropReason = 'superseded' | 'aborted' | 'expired' | 'keyless'

interface Dropped {
  readonly records: number
  readonly bytes: number
}

export const DROP_REASONS: readonly DropReason[] = ['superseded', 'aborted', 'expired', 'keyless']

/**
 * @throws DiskError
 * @throws CorruptDataError where a batch can't be read; nothing is lost
 */
export async function compactLog(
  log: PartitionLog,
  options: CompactOptions,
): Promise<CompactedLog> {
  const { checkpoint, nowMs, onlyDue, rolls } = options
  if (rolls && log.segments.at(-1)!.size > 0) log.roll()
  const range = cleanableRange(cleanableLog(log), { checkpoint, nowMs })
  const { topic, partition, path } = log.folder
  const left = log.segments.filter(({ baseOffset }) => baseOffset >= range.firstUncleanableOffset)
  const leftBytes = left.reduce((sum, { size }) => sum + size, 0)
  const known = { topic, partition, path, range, leftBytes }
  const isWanted = range.cleanableBytes > 0 && (!onlyDue || range.due !== undefined)
  return isWanted ? { ...known, cleaned: await clean(log, range, options) } : known
}

async function clean(
  log: PartitionLog,
  range: CleanableRange,
  options: CompactOptions,
): Promise<Cleaned> {
  const { firstDirtyOffset, firstUncleanableOffset } = range
  const { buffer, isPreview, limits, nowMs, onProgress, topKeys } = options
  const map = new OffsetMap({ ...buffer, bytes: mapSize(range, buffer) })
  const waste = new KeyWaste()
  const passes: CleaningCounts[] = []
  let next = firstDirtyOffset
  do {
    const { counts, endOffset } = await cleanLog(log, {
      firstDirtyOffset: next,
      firstUncleanableOffset,
      map,
      nowMs,
      limits,
      isPreview,
      isUnread: true,
      breathe(bytes) {
        onProgress?.(bytes)
        return Promise.resolve()
      },
      ...(topKeys > 0 && { onSuperseded: (keys, place, size) => waste.add(keys, place, size) }),
    })
    passes.push(counts)
    next = endOffset
    if (isPreview) break
    options.onCleaned(endOffset)
  } while (next < firstUncleanableOffset)
  const { after, tombstones, markers, nextHorizonMs } = passes.at(-1)!
  return {
    passes: passes.length,
    ...(next < firstUncleanableOffset && { nextPassFrom: next }),
    before: beforeAll(passes),
    after,
    largestBytes: passes.reduce((most, each) => Math.max(most, each.largestBytes), 0),
    dropped: droppedBy(passes),
    tombstones,
    markers,
    nextHorizonMs,
    wastedKeys: waste.top(topKeys),
    uncertainBytes: waste.uncertainBytes,
  }
}

/** Each pass begins with what the one before has left, and goes further. */
function beforeAll(passes: readonly CleaningCounts[]): CleaningCounts['before'] {
  const sum = (field: keyof CleaningCounts['before']) =>
    passes.reduce((total, { before }, pass) => {
      return total + before[field] - (passes[pass - 1]?.after[field] ?? 0)
    }, 0)
  return {
    segments: sum('segments'),
    batches: sum('batches'),
    records: sum('records'),
    bytes: sum('bytes'),
  }
}

function droppedBy(passes: readonly CleaningCounts[]): Cleaned['dropped'] {
  const sum = (reason: DropReason) =>
    passes.reduce(
      (total, counts) => ({
        records: total.records + counts[reason].records,
        bytes: total.bytes + counts[reason].bytes,
      }),
      { records: 0, bytes: 0 },
    )
  return {
    superseded: sum('superseded'),
    aborted: sum('aborted'),
    expired: sum('expired'),
    keyless: sum('keyless'),
  }
}
