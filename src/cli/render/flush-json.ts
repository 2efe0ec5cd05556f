/** What a flush policy means for the logs here: a JSON object for each row. */
import type { FlushConfig, FlushPolicy } from '../../inspect/flush/flush-policy.ts'
import type { ReplayReport } from '../../inspect/flush/replay.ts'
import { averages } from '../../inspect/flush/risk-series.ts'
import type { SyncLatency } from '../../inspect/flush/sync-latency.ts'
import { distributionOf, type Histogram } from '../../inspect/stats/histogram.ts'
import { jsonText } from '../json-text.ts'
import type { PolicyFigures, PolicyRow, RiskRow } from './flush-text.ts'

export function riskJson({ topic, partition, logDir, risk }: RiskRow): string {
  const { unwritten } = risk
  return jsonText({
    kind: 'partition',
    topic,
    partition,
    logDir,
    recoveryPoint: risk.recoveryPoint ?? null,
    logEndOffset: risk.logEndOffset,
    bytesAtRisk: risk.bytes,
    recordsAtRisk: risk.records,
    oldestTimestamp: risk.oldestTimestamp ?? null,
    dirtyBytes: unwritten?.dirtyBytes ?? null,
    writingBytes: unwritten?.writingBytes ?? null,
  })
}

/** Null for never; no configs for what KRaft flushes. */
export function policyJson({ topic, policy }: PolicyRow): string {
  const config = ({ value, source }: FlushConfig) => ({ value: orNull(value), source })
  return jsonText({
    kind: 'policy',
    topic,
    isFlushedByRaft: policy === undefined,
    'flush.messages': policy && config(policy.flushMessages),
    'flush.ms': policy && config(policy.flushMs),
    'log.flush.scheduler.interval.ms': policy && config(policy.scheduler),
  })
}

export function latencyJson(latency: SyncLatency): string {
  return jsonText({ kind: 'fsync', ...latency })
}

export function replayJson(
  report: ReplayReport,
  { name, figures, flushesPerSecond, syncShare }: PolicyFigures,
  policy: FlushPolicy | undefined,
): string {
  const { series } = figures
  return jsonText({
    kind: 'simulation',
    topic: report.topic ?? null,
    partition: report.partition ?? null,
    partitions: report.partitions,
    batches: report.batches,
    records: report.records,
    bytes: report.bytes,
    fromTimestamp: report.firstMs ?? null,
    toTimestamp: report.lastMs ?? null,
    backwardBatches: report.backwardBatches,
    timelessBatches: report.timelessBatches,
    policy: name,
    'flush.messages': policy ? orNull(policy.flushMessages) : undefined,
    'flush.ms': policy ? orNull(policy.flushMs) : undefined,
    'log.flush.scheduler.interval.ms': policy ? orNull(policy.schedulerMs) : undefined,
    fsyncs: figures.flushes,
    fsyncsPerSecond: flushesPerSecond ?? null,
    fsyncShare: syncShare ?? null,
    bytesAtRisk: percentiles(figures.bytes),
    recordsAtRisk: percentiles(figures.records),
    msAtRisk: percentiles(figures.waitedMs),
    overTime: {
      timestamp: series.first * series.widthMs,
      stepMs: series.widthMs,
      bytesAtRisk: averages(series).map(Math.round),
    },
  })
}

function percentiles(histogram: Histogram) {
  const { p50, p99 } = distributionOf(histogram)
  const isTimed = histogram.count > 0
  return { p50: isTimed ? p50 : null, p99: isTimed ? p99 : null, max: Math.max(0, histogram.max) }
}

function orNull(value: number): number | null {
  return value === Infinity ? null : value
}
