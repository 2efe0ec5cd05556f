/**
 * Every config that a topic may have, as data: its type, what Kafka takes it for when nobody sets it, which values it
 * may have, and the broker's config that is the default of all topics; that can be set while a broker runs, too. Those
 * that count hours or minutes instead stand in the table of broker configs.
 *
 * Source: org.apache.kafka.storage.internals.log.LogConfig, org.apache.kafka.server.config.ServerTopicConfigSynonyms
 */
export type TopicConfigType =
  | { readonly kind: 'int' | 'long' | 'double'; readonly range?: NumberRange }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'string'; readonly oneOf: readonly string[] }
  | { readonly kind: 'list'; readonly of: readonly string[] }
  | { readonly kind: 'replicas' }

/** Inclusive at both ends. */
export interface NumberRange {
  readonly min: number
  readonly max?: number
  /** Allowed beside them. */
  readonly or?: number
}

export interface TopicConfigDefinition {
  readonly type: TopicConfigType
  /** Null where there is none. */
  readonly fallback: string | null
  readonly brokerConfig?: string
}

const MAX_LONG = '9223372036854775807'
const BOOLEAN: TopicConfigType = { kind: 'boolean' }
const REPLICAS: TopicConfigType = { kind: 'replicas' }

export const TOPIC_CONFIGS: Readonly<Record<string, TopicConfigDefinition>> = {
  'cleanup.policy': {
    type: { kind: 'list', of: ['compact', 'delete'] },
    fallback: 'delete',
    brokerConfig: 'log.cleanup.policy',
  },
  'compression.gzip.level': int({ min: 1, max: 9, or: -1 }, '-1', 'compression.gzip.level'),
  'compression.lz4.level': int({ min: 1, max: 17 }, '9', 'compression.lz4.level'),
  'compression.type': {
    type: { kind: 'string', oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] },
    fallback: 'producer',
    brokerConfig: 'compression.type',
  },
  'compression.zstd.level': int({ min: -131072, max: 22 }, '3', 'compression.zstd.level'),
  'delete.retention.ms': long({ min: 0 }, '86400000', 'log.cleaner.delete.retention.ms'),
  'file.delete.delay.ms': long({ min: 0 }, '60000', 'log.segment.delete.delay.ms'),
  'flush.messages': long({ min: 1 }, MAX_LONG, 'log.flush.interval.messages'),
  'flush.ms': long({ min: 0 }, MAX_LONG, 'log.flush.interval.ms'),
  'follower.replication.throttled.replicas': { type: REPLICAS, fallback: '' },
  'index.interval.bytes': int({ min: 0 }, '4096', 'log.index.interval.bytes'),
  'internal.segment.bytes': { type: { kind: 'int' }, fallback: null },
  'leader.replication.throttled.replicas': { type: REPLICAS, fallback: '' },
  'local.retention.bytes': long({ min: -2 }, '-2', 'log.local.retention.bytes'),
  'local.retention.ms': long({ min: -2 }, '-2', 'log.local.retention.ms'),
  'max.compaction.lag.ms': long({ min: 1 }, MAX_LONG, 'log.cleaner.max.compaction.lag.ms'),
  'max.message.bytes': int({ min: 0 }, '1048588', 'message.max.bytes'),
  'message.timestamp.after.max.ms': long(
    { min: 0 },
    '3600000',
    'log.message.timestamp.after.max.ms',
  ),
  'message.timestamp.before.max.ms': long(
    { min: 0 },
    MAX_LONG,
    'log.message.timestamp.before.max.ms',
  ),
  'message.timestamp.type': {
    type: { kind: 'string', oneOf: ['CreateTime', 'LogAppendTime'] },
    fallback: 'CreateTime',
    brokerConfig: 'log.message.timestamp.type',
  },
  'min.cleanable.dirty.ratio': {
    type: { kind: 'double', range: { min: 0, max: 1 } },
    fallback: '0.5',
    brokerConfig: 'log.cleaner.min.cleanable.ratio',
  },
  'min.compaction.lag.ms': long({ min: 0 }, '0', 'log.cleaner.min.compaction.lag.ms'),
  'min.insync.replicas': int({ min: 1 }, '1', 'min.insync.replicas'),
  preallocate: { type: BOOLEAN, fallback: 'false', brokerConfig: 'log.preallocate' },
  'remote.log.copy.disable': { type: BOOLEAN, fallback: 'false' },
  'remote.log.delete.on.disable': { type: BOOLEAN, fallback: 'false' },
  'remote.storage.enable': { type: BOOLEAN, fallback: 'false' },
  'retention.bytes': {
    type: { kind: 'long' },
    fallback: '-1',
    brokerConfig: 'log.retention.bytes',
  },
  'retention.ms': long({ min: -1 }, '604800000', 'log.retention.ms'),
  'segment.bytes': int({ min: 1_048_576 }, '1073741824', 'log.segment.bytes'),
  'segment.index.bytes': int({ min: 4 }, '10485760', 'log.index.size.max.bytes'),
  'segment.jitter.ms': long({ min: 0 }, '0', 'log.roll.jitter.ms'),
  'segment.ms': long({ min: 1 }, '604800000', 'log.roll.ms'),
  'unclean.leader.election.enable': {
    type: BOOLEAN,
    fallback: 'false',
    brokerConfig: 'unclean.leader.election.enable',
  },
}

function int(range: NumberRange, fallback: string, brokerConfig: string): TopicConfigDefinition {
  return { type: { kind: 'int', range }, fallback, brokerConfig }
}

function long(range: NumberRange, fallback: string, brokerConfig: string): TopicConfigDefinition {
  return { type: { kind: 'long', range }, fallback, brokerConfig }
}
