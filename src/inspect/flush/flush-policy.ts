/**
 * When a broker flushes a log, and who said so.
 *
 * | config                            | a log is flushed                                                        |
 * |-----------------------------------|-------------------------------------------------------------------------|
 * | `flush.messages`                  | by the append after which so many offsets are not flushed               |
 * | `flush.ms`                        | when the broker looks, if the last flush is so long ago                 |
 * | `log.flush.scheduler.interval.ms` | so often it looks; by default never, and then `flush.ms` does nothing   |
 *
 * Besides, a segment is flushed when it is rolled. The metadata log is another matter: KRaft flushes it itself, before
 * anything in it counts.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#append, kafka.log.LogManager#flushDirtyLogs,
 * org.apache.kafka.raft.KafkaRaftClient
 */
import { METADATA_TOPIC } from '../../log/file-names.ts'
import {
  brokerNumber,
  effectiveConfigs,
  type BrokerConfigs,
  type EffectiveConfig,
} from '../../metadata/broker-configs.ts'
import { TOPIC_CONFIGS } from '../../metadata/topic-config-definitions.ts'

export interface FlushPolicy {
  readonly flushMessages: number
  readonly flushMs: number
  readonly schedulerMs: number
}

/** What Kafka's defaults come to: between two segments, the operating system decides. */
export const OS_ONLY: FlushPolicy = {
  flushMessages: Infinity,
  flushMs: Infinity,
  schedulerMs: Infinity,
}

export type FlushConfigSource = EffectiveConfig['source'] | 'default'

export interface FlushConfig {
  /** Infinity for never. */
  readonly value: number
  readonly source: FlushConfigSource
}

export interface TopicFlushPolicy {
  readonly flushMessages: FlushConfig
  readonly flushMs: FlushConfig
  readonly scheduler: FlushConfig
}

const SCHEDULER = 'log.flush.scheduler.interval.ms'

/** Undefined for the metadata log. */
export function topicFlushPolicy(
  topic: string,
  configs: BrokerConfigs,
): TopicFlushPolicy | undefined {
  if (topic === METADATA_TOPIC) return undefined
  const effective = effectiveConfigs(topic, configs)
  const config = (name: string): FlushConfig => {
    const { value, source } = effective.get(name) ?? {
      value: TOPIC_CONFIGS[name]!.fallback!,
      source: 'default',
    }
    return { value: orNever(Number(value)), source }
  }
  return {
    flushMessages: config('flush.messages'),
    flushMs: config('flush.ms'),
    scheduler: {
      value: schedulerMs(configs),
      source: configs.file.has(SCHEDULER) ? 'file' : 'default',
    },
  }
}

/** How often the broker looks; Infinity for never. */
export function schedulerMs(configs: BrokerConfigs): number {
  const interval = brokerNumber(SCHEDULER, configs)
  return interval > 0 ? orNever(interval) : Infinity
}

export function policyOf({ flushMessages, flushMs, scheduler }: TopicFlushPolicy): FlushPolicy {
  return {
    flushMessages: flushMessages.value,
    flushMs: flushMs.value,
    schedulerMs: scheduler.value,
  }
}

/** Java's Long.MAX_VALUE and what is near it: longer than anybody waits. */
export function orNever(value: number): number {
  return value > Number.MAX_SAFE_INTEGER ? Infinity : value
}
