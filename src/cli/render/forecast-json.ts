/** What comes next to log.dirs, a line for each finding, log and log.dir. */
import type { CompactedGrowth } from '../../inspect/forecast/compacted-growth.ts'
import type { CompactionDue } from '../../inspect/forecast/compaction-due.ts'
import type { Forecast, PartitionForecast } from '../../inspect/forecast/forecast.ts'
import type { LogDirForecast } from '../../inspect/forecast/log-dir-forecast.ts'
import type { LoadAction } from '../../log/load-action.ts'
import { jsonText, type JsonValue } from '../json-text.ts'
import { isTold } from './forecast-text.ts'
import { missingJson } from './missing-partitions-text.ts'
import { findingJson } from './verify-text.ts'

export function* forecastJson(forecast: Forecast): Generator<string> {
  const { findings, missing, partitions, logDirs, rate } = forecast
  for (const finding of findings) yield findingJson(finding)
  for (const each of missing) yield jsonText(missingJson(each))
  for (const partition of partitions) yield jsonText(partitionJson(partition))
  for (const logDir of logDirs) yield jsonText(logDirJson(logDir, rate))
}

function partitionJson(partition: PartitionForecast): JsonValue {
  const { folder, logDir, work, bytesToRead, outcome, retention, compacted } = partition
  const { compaction, doubtfulEnd } = partition
  const isUnchanged = bytesToRead === 0 && doubtfulEnd === undefined
  const { parsed, path } = folder
  return {
    topic: parsed.topic,
    partition: parsed.partition,
    state: parsed.state,
    path,
    logDir,
    bytes: partition.bytes,
    bytesPerDay: Math.round(partition.bytesPerDay),
    growthMs: rounded(partition.growthMs),
    start: {
      fate: partition.fate ?? null,
      bytesToRead,
      segments: work.reads.map(({ name, size, why }) => ({ file: name, bytes: size, why })),
      leftovers: work.leftovers.map(({ name }) => name),
      wasRead: outcome !== undefined || isUnchanged,
      lostBytes: outcome?.lostBytes ?? (isUnchanged ? 0 : null),
      lostRecords: outcome?.lostRecords ?? (isUnchanged ? 0 : null),
      bytesAfter: outcome !== undefined || isUnchanged ? partition.bytesAfter : null,
      actions: (outcome?.actions ?? []).filter(isTold).map(actionJson),
      failure: outcome?.failure?.message ?? null,
    },
    retention:
      retention === undefined
        ? null
        : {
            expired: retention.expired.map(({ segment, reason }) => {
              return { baseOffset: segment.baseOffset, bytes: segment.size, reason }
            }),
            waiting: retention.waiting.map(({ segment, dueMs, dueGrowth }) => {
              const { baseOffset, size: bytes } = segment
              return { baseOffset, bytes, due: dueMs ?? null, dueGrowth: dueGrowth ?? null }
            }),
          },
    compaction: compaction === undefined ? null : compactionJson(compaction, partition),
    compactedGrowth: compacted === undefined ? null : compactedGrowthJson(compacted),
  }
}

/** Of one that is not due, nothing is known. */
function compactionJson(
  compaction: CompactionDue,
  { compactionFrees: frees, bytesToCompact }: PartitionForecast,
): JsonValue {
  return {
    ...compaction,
    bytesToRead: bytesToCompact ?? null,
    freesBytes: frees?.kind === 'known' ? frees.bytes : null,
    freesUnknown:
      frees?.kind === 'unknown' ? frees.why : frees?.kind === 'unread' ? 'not read' : null,
  }
}

/** Without a limit there is no room to tell. */
function compactedGrowthJson({ writtenPerDay, dirtyRoom, isKnown }: CompactedGrowth): JsonValue {
  return {
    writtenPerDay: Math.round(writtenPerDay),
    dirtyRoomBytes: Number.isFinite(dirtyRoom) ? Math.round(dirtyRoom) : null,
    wasCompacted: isKnown,
  }
}

function actionJson({ kind, path, ...facts }: LoadAction): JsonValue {
  return { action: kind, file: path, ...(facts as { readonly [key: string]: JsonValue }) }
}

function logDirJson(logDir: LogDirForecast, rate: Forecast['rate']): JsonValue {
  const { path, freeBytes, daysUntilFull, startSeconds, bytesPerDay, growthMs, ...counts } = logDir
  return {
    logDir: path,
    ...counts,
    startSeconds: startSeconds ?? null,
    bytesPerSecond: rate === undefined ? null : Math.round(rate.bytes / rate.seconds),
    readFrom: rate?.source ?? null,
    bytesPerDay: Math.round(bytesPerDay),
    growthMs: rounded(growthMs),
    freeBytes: freeBytes ?? null,
    daysUntilFull: daysUntilFull === undefined ? null : Math.round(daysUntilFull * 1000) / 1000,
  }
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value)
}
