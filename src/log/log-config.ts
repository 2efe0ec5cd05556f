/**
 * What a topic's configuration says of its logs, by the names of Apache Kafka 4.3, in numbers ready for use.
 *
 * Source: org.apache.kafka.storage.internals.log.LogConfig, org.apache.kafka.common.config.TopicConfig
 */
import type { CodecName } from '../compression/codec.ts'

export interface LogConfig {
  /** `segment.bytes` */
  readonly segmentBytes: number
  /** `segment.ms`; under compaction no more than `max.compaction.lag.ms` */
  readonly segmentMs: number
  /** `segment.jitter.ms` */
  readonly segmentJitterMs: number
  /** `segment.index.bytes` */
  readonly segmentIndexBytes: number
  /** `index.interval.bytes` */
  readonly indexIntervalBytes: number
  /** `preallocate` */
  readonly preallocate: boolean
  /** `max.message.bytes`, of a batch */
  readonly maxMessageBytes: number
  /** `compression.type`; undefined: as the producer chose */
  readonly compressionType: CodecName | undefined
  /** `message.timestamp.type` */
  readonly timestampType: 'create' | 'append'
  /** `message.timestamp.before.max.ms` */
  readonly timestampBeforeMaxMs: number
  /** `message.timestamp.after.max.ms` */
  readonly timestampAfterMaxMs: number
  /** Whether `cleanup.policy` has compact in it. */
  readonly isCompacted: boolean
  /**
   * Whether `remote.storage.enable` makes the log begin in a remote storage: then its start may lie before the first
   * segment here. Undefined where nobody knows.
   */
  readonly isRemote: boolean | undefined
  /** `min.compaction.lag.ms` */
  readonly minCompactionLagMs: number
  /** `max.compaction.lag.ms` */
  readonly maxCompactionLagMs: number
  /** `min.cleanable.dirty.ratio` */
  readonly minCleanableDirtyRatio: number
  /** `delete.retention.ms` */
  readonly deleteRetentionMs: number
  /** `flush.messages` */
  readonly flushMessages: number
  /** `flush.ms` */
  readonly flushMs: number
  /** `file.delete.delay.ms` */
  readonly fileDeleteDelayMs: number
}

/** Java's Long.MAX_VALUE, which stands for "never"; the nearest number is as good. */
const NEVER = Number(0x7fff_ffff_ffff_ffffn)

export const DEFAULT_LOG_CONFIG: LogConfig = {
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096,
  preallocate: false,
  maxMessageBytes: 1_048_588,
  compressionType: undefined,
  timestampType: 'create',
  timestampBeforeMaxMs: NEVER,
  timestampAfterMaxMs: 3_600_000,
  isCompacted: false,
  isRemote: false,
  minCompactionLagMs: 0,
  maxCompactionLagMs: NEVER,
  minCleanableDirtyRatio: 0.5,
  deleteRetentionMs: 86_400_000,
  flushMessages: NEVER,
  flushMs: NEVER,
  fileDeleteDelayMs: 60_000,
}

/**
 * @param configs of a topic that are not Kafka's defaults, by name, values that were found valid; what a log does not
 *   look at is passed over
 */
export function logConfigOf(configs: ReadonlyMap<string, string>): LogConfig {
  const defaults = DEFAULT_LOG_CONFIG
  const number = (name: string, fallback: number) => Number(configs.get(name) ?? fallback)
  const text = (name: string) => configs.get(name)?.trim()
  const policies = text('cleanup.policy')?.split(',') ?? []
  const isCompacted = policies.some(policy => policy.trim() === 'compact')
  const segmentMs = number('segment.ms', defaults.segmentMs)
  const maxCompactionLagMs = Math.max(0, number('max.compaction.lag.ms', NEVER))
  return {
    segmentBytes: number('segment.bytes', defaults.segmentBytes),
    segmentMs: isCompacted ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs,
    segmentJitterMs: number('segment.jitter.ms', defaults.segmentJitterMs),
    segmentIndexBytes: number('segment.index.bytes', defaults.segmentIndexBytes),
    indexIntervalBytes: number('index.interval.bytes', defaults.indexIntervalBytes),
    preallocate: isTrue(text('preallocate')),
    maxMessageBytes: number('max.message.bytes', defaults.maxMessageBytes),
    compressionType: compressionTypeOf(text('compression.type')),
    timestampType: text('message.timestamp.type') === 'LogAppendTime' ? 'append' : 'create',
    timestampBeforeMaxMs: number('message.timestamp.before.max.ms', defaults.timestampBeforeMaxMs),
    timestampAfterMaxMs: number('message.timestamp.after.max.ms', defaults.timestampAfterMaxMs),
    isCompacted,
    isRemote: !isCompacted && isTrue(text('remote.storage.enable')),
    minCompactionLagMs: number('min.compaction.lag.ms', defaults.minCompactionLagMs),
    maxCompactionLagMs,
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio', defaults.minCleanableDirtyRatio),
    deleteRetentionMs: number('delete.retention.ms', defaults.deleteRetentionMs),
    flushMessages: number('flush.messages', defaults.flushMessages),
    flushMs: number('flush.ms', defaults.flushMs),
    fileDeleteDelayMs: number('file.delete.delay.ms', defaults.fileDeleteDelayMs),
  }
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true'
}

function compressionTypeOf(value: string | undefined): LogConfig['compressionType'] {
  if (value === undefined || value === 'producer') return undefined
  return value === 'uncompressed' ? 'none' : (value as CodecName)
}
