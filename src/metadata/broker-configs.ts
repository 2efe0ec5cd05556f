/**
 * What a broker was told of its logs: while it ran, alone or with all others, and before that in its file. What a topic
 * says goes before all of it.
 *
 * Source: org.apache.kafka.server.config.DynamicBrokerConfig, ServerTopicConfigSynonyms, kafka.server.KafkaConfig
 */
import { ALL_BROKERS, type ResourceConfigs } from './resource-configs.ts'
import { TOPIC_CONFIGS, type TopicConfigType } from './topic-config-definitions.ts'
import { configValueProblem } from './topic-configs.ts'

export interface BrokerConfigs {
  /** Whether it is known what topics say of themselves. */
  readonly knowsTopics: boolean
  /** Set while brokers ran. */
  readonly dynamic: ResourceConfigs
  /** Of the broker itself, whose configs go before those of all; undefined where nobody knows. */
  readonly nodeId: number | undefined
  /** What its file says, by the names of broker configs; values that were found valid. */
  readonly file: ReadonlyMap<string, string>
}

export interface EffectiveConfig {
  readonly value: string
  readonly source: 'topic' | 'broker' | 'all-brokers' | 'file'
}

export const NODE_ID = 'node.id'

/** Those that are no topic's default. */
const OWN_CONFIGS = {
  'connections.max.idle.ms': own('long', undefined, 600_000),
  'fetch.max.bytes': own('int', 1024, 57_671_680),
  'group.initial.rebalance.delay.ms': own('int', undefined, 3000),
  'group.max.session.timeout.ms': own('int', undefined, 1_800_000),
  'group.max.size': own('int', 1, 0x7fff_ffff),
  'group.min.session.timeout.ms': own('int', undefined, 6000),
  'log.cleaner.dedupe.buffer.size': own('long', undefined, 134_217_728),
  'log.cleaner.io.buffer.load.factor': own('double', undefined, 0.9),
  'log.flush.offset.checkpoint.interval.ms': own('int', 0, 60_000),
  'log.flush.scheduler.interval.ms': own('long', undefined, Number(0x7fff_ffff_ffff_ffffn)),
  'log.flush.start.offset.checkpoint.interval.ms': own('int', 0, 60_000),
  'max.connections': own('int', 0, 0x7fff_ffff),
  'max.connections.per.ip': own('int', 0, 0x7fff_ffff),
  'max.incremental.fetch.session.cache.slots': own('int', 0, 1000),
  'num.partitions': own('int', 1, 1),
  'offset.metadata.max.bytes': own('int', undefined, 4096),
  'offsets.retention.check.interval.ms': own('long', 1, 600_000),
  'offsets.retention.minutes': own('int', 1, 10_080),
  'offsets.topic.num.partitions': own('int', 1, 50),
  'offsets.topic.segment.bytes': own('int', 1, 104_857_600),
  'producer.id.expiration.ms': own('int', 1, 86_400_000),
  'replica.high.watermark.checkpoint.interval.ms': own('long', undefined, 5000),
  'socket.request.max.bytes': own('int', 1, 104_857_600),
} as const

const OWN_FLAGS = { 'auto.create.topics.enable': true, 'delete.topic.enable': true } as const

export type BrokerNumberName = keyof typeof OWN_CONFIGS
export type BrokerFlagName = keyof typeof OWN_FLAGS

interface StandIn {
  readonly name: string
  readonly type: TopicConfigType
  /** Milliseconds in what it counts. */
  readonly unitMs: bigint
}

/** What counts, in the broker's file, where a config is not set there: the first that is. */
const STAND_INS: Readonly<Record<string, readonly StandIn[]>> = {
  'log.flush.interval.ms': [
    { name: 'log.flush.scheduler.interval.ms', type: { kind: 'long' }, unitMs: 1n },
  ],
  'log.retention.ms': [
    { name: 'log.retention.minutes', type: { kind: 'int' }, unitMs: 60_000n },
    { name: 'log.retention.hours', type: { kind: 'int' }, unitMs: 3_600_000n },
  ],
  'log.roll.jitter.ms': [hours('log.roll.jitter.hours', 0)],
  'log.roll.ms': [hours('log.roll.hours', 1)],
}

/** Of a topic, all that is not Kafka's default, by name. */
export function effectiveConfigs(
  topic: string,
  configs: BrokerConfigs,
): ReadonlyMap<string, EffectiveConfig> {
  const found = new Map<string, EffectiveConfig>()
  for (const [name, { brokerConfig }] of Object.entries(TOPIC_CONFIGS)) {
    const config = brokerConfig === undefined ? undefined : brokerConfigOf(brokerConfig, configs)
    if (config !== undefined) found.set(name, config)
  }
  for (const [name, value] of configs.dynamic.of('topic', topic)) {
    found.set(name, { value, source: 'topic' })
  }
  return found
}

/** @param fallback by default Kafka's */
export function brokerNumber(
  name: BrokerNumberName,
  configs: BrokerConfigs,
  fallback = OWN_CONFIGS[name].fallback,
): number {
  return Number(brokerConfigOf(name, configs)?.value ?? fallback)
}

export function brokerFlag(name: BrokerFlagName, configs: BrokerConfigs): boolean {
  const value = brokerConfigOf(name, configs)?.value
  return value === undefined ? OWN_FLAGS[name] : value.toLowerCase() === 'true'
}

/** In Kafka's words; undefined where there is none, and for configs that logs don't look at. */
export function brokerConfigProblem(name: string, value: string): string | undefined {
  const type = TYPES.get(name)
  return type && configValueProblem(type, name, value)
}

function brokerConfigOf(
  name: string,
  { dynamic, nodeId, file }: BrokerConfigs,
): EffectiveConfig | undefined {
  const ofNode = nodeId === undefined ? undefined : dynamic.of('broker', `${nodeId}`).get(name)
  if (ofNode !== undefined) return { value: ofNode, source: 'broker' }
  const ofAll = dynamic.of('broker', ALL_BROKERS).get(name)
  if (ofAll !== undefined) return { value: ofAll, source: 'all-brokers' }
  const value = file.get(name) ?? standInValue(name, file)
  return value === undefined ? undefined : { value, source: 'file' }
}

function standInValue(name: string, file: BrokerConfigs['file']): string | undefined {
  for (const standIn of STAND_INS[name] ?? []) {
    const value = file.get(standIn.name)
    if (value === undefined) continue
    const count = BigInt(value)
    return count < 0n ? '-1' : `${count * standIn.unitMs}`
  }
  return undefined
}

function own(kind: 'int' | 'long' | 'double', min: number | undefined, fallback: number) {
  const type: TopicConfigType = min === undefined ? { kind } : { kind, range: { min } }
  return { type, fallback }
}

function hours(name: string, min: number): StandIn {
  return { name, type: { kind: 'int', range: { min } }, unitMs: 3_600_000n }
}

const TYPES: ReadonlyMap<string, TopicConfigType> = new Map([
  ...Object.values(TOPIC_CONFIGS).flatMap(({ brokerConfig, type }) =>
    brokerConfig === undefined ? [] : [[brokerConfig, type] as const],
  ),
  ...Object.values(STAND_INS).flatMap(standIns =>
    standIns.map(({ name, type }) => [name, type] as const),
  ),
  ...Object.entries(OWN_CONFIGS).map(([name, { type }]) => [name, type] as const),
  ...Object.keys(OWN_FLAGS).map(name => [name, { kind: 'boolean' }] as const),
  [NODE_ID, { kind: 'int', range: { min: 0 } }],
])
