/** A lookup as one line of JSON. */
import { codecById } from '../../compression/codecs.ts'
import type { FoundSegment } from '../../inspect/lookup/found-segment.ts'
import type {
  FoundRecord,
  LookupQuery,
  LookupReport,
  LookupWay,
  SegmentStep,
} from '../../inspect/lookup/lookup-report.ts'
import { fillMs } from '../../inspect/offsets/segment-fill.ts'
import type { LogScan } from '../../log/offset-lookup.ts'
import { membersText, recordMembers, type JsonValue } from '../json-text.ts'
import { damageText, type LookedUpPartition } from './lookup-text.ts'

export function lookupJson(
  report: LookupReport,
  place: LookedUpPartition,
  options: { readonly withWay: boolean; readonly segment?: FoundSegment | undefined },
): string {
  const { topic, partition } = place
  const { outcome, range, found, damages, way, query } = report
  const before = membersText({
    topic,
    partition,
    query: queryJson(query),
    outcome,
    logStartOffset: range?.logStartOffset,
    logEndOffset: range?.logEndOffset,
    file: found?.file,
    position: found?.position,
    batch: found && batchJson(found),
    damage: found?.damage?.message,
    damages: damages.length === 0 ? undefined : damages.map(damageText),
  })
  const record = found?.record
  const timestampType = found?.batch.timestampType ?? 'none'
  const members = record && recordMembers({ topic, partition, timestampType }, record)
  const recordText = members === undefined ? '"record":null' : `"record":{${members}}`
  const wayText = options.withWay ? `,${membersText({ way: wayJson(way, options.segment) })}` : ''
  return `{${before},${recordText}${wayText}}`
}

function queryJson(query: LookupQuery): JsonValue {
  return { ...query }
}

function batchJson({ batch, isValid }: FoundRecord): JsonValue {
  const { baseOffset, lastOffset, size, recordCount, codecId, magic, maxTimestamp } = batch
  const { producerId, producerEpoch, baseSequence, isTransactional, isControl } = batch
  return {
    baseOffset,
    lastOffset,
    size,
    count: recordCount ?? null,
    magic,
    codec: codecById(codecId)?.name ?? codecId,
    maxTimestamp,
    leaderEpoch: batch.partitionLeaderEpoch,
    producerId,
    producerEpoch,
    baseSequence,
    isTransactional,
    isControl,
    isValid,
  }
}

function wayJson(
  { segmentCount, steps, reads }: LookupWay,
  segment: FoundSegment | undefined,
): JsonValue {
  return {
    segments: segmentCount,
    steps: steps.map(stepJson),
    reads: reads.map(({ path, ranges, touchedBytes, residentBytes }) => ({
      file: path,
      ranges: ranges.map(({ position, size }) => ({ position, size })),
      bytes: touchedBytes,
      residentBytes: residentBytes ?? null,
    })),
    found: segment && segmentJson(segment),
  }
}

function segmentJson({ fill, indexes, otherIntervals, ...segment }: FoundSegment): JsonValue {
  return {
    bytes: segment.bytes,
    isFull: segment.isFull,
    firstTimestamp: fill?.firstTimestamp ?? null,
    lastTimestamp: fill?.lastTimestamp ?? null,
    fillMs: fill === undefined ? null : fillMs(fill),
    indexes:
      indexes === undefined ? null : { ...indexes, bytesPerEntry: indexes.bytesPerEntry ?? null },
    'index.interval.bytes': segment.indexIntervalBytes,
    scannedBytes: segment.scannedBytes,
    otherIntervals: otherIntervals.map(({ indexIntervalBytes, ...scan }) => ({
      'index.interval.bytes': indexIntervalBytes,
      ...scan,
    })),
  }
}

function stepJson({ baseOffset, file, largestTimestamp, timeIndex, index, ...rest }: SegmentStep) {
  return {
    baseOffset,
    file,
    nextBaseOffset: rest.nextBaseOffset,
    largestTimestamp,
    timeIndex: timeIndex && {
      probes: timeIndex.probes.map(({ slot, section, entry }) => ({ slot, section, ...entry })),
      slot: timeIndex.slot,
      ...timeIndex.entry,
    },
    offsetIndex: index && {
      probes: index.probes.map(({ slot, section, entry }) => ({ slot, section, ...entry })),
      slot: index.slot,
      ...index.entry,
    },
    indexDamage: rest.indexDamage?.reason,
    scan: rest.scan && scanJson(rest.scan),
  }
}

function scanJson({ from, batchCount, bytesRead, stopped, damages }: LogScan): JsonValue {
  return {
    from,
    batches: batchCount,
    bytes: bytesRead,
    stopped: stopped ?? null,
    damages: damages.map(({ position, reason, found }) => ({ position, reason, found })),
  }
}
