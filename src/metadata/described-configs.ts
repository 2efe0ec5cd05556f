/**
 * Configs of a resource with where their values come from, as DescribeConfigs tells of them: by each name the value that
 * counts, and all that were set by that name or by one that stands in for it, the first of which counts.
 *
 * Source: org.apache.kafka.server.config.ConfigHelper
 */
import {
  BROKER_CONFIGS,
  brokerConfigRow,
  type BrokerConfigType,
} from './broker-config-definitions.ts'
import { type BrokerConfigs, brokerConfigOf, STAND_INS } from './broker-configs.ts'
import { ALL_BROKERS } from './resource-configs.ts'
import { TOPIC_CONFIGS, type TopicConfigType } from './topic-config-definitions.ts'

export type ConfigSource =
  'topic' | 'dynamic-broker' | 'dynamic-default-broker' | 'static-broker' | 'default'

export interface ConfigSynonym {
  readonly name: string
  /** Null where it is nobody's business. */
  readonly value: string | null
  readonly source: ConfigSource
}

export interface DescribedConfig extends ConfigSynonym {
  readonly isReadOnly: boolean
  readonly isSensitive: boolean
  readonly type: BrokerConfigType
  /** The first is the one that counts. */
  readonly synonyms: readonly ConfigSynonym[]
}

/** None but those that Kafka keeps to itself. */
export function describeTopicConfigs(topic: string, configs: BrokerConfigs): DescribedConfig[] {
  const own = configs.dynamic.of('topic', topic)
  return Object.entries(TOPIC_CONFIGS).flatMap(([name, { type, fallback, brokerConfig }]) => {
    if (name.startsWith('internal.')) return []
    const set = own.get(name)
    const synonyms: ConfigSynonym[] = [
      ...(set === undefined ? [] : [{ name, value: set, source: 'topic' as const }]),
      ...(brokerConfig === undefined ? [] : brokerSynonyms(brokerConfig, configs)),
    ]
    const byBroker = brokerConfig === undefined ? undefined : brokerConfigOf(brokerConfig, configs)
    const value = set ?? byBroker?.value ?? fallback
    const source = synonyms[0]?.source ?? 'default'
    const described = { name, value, source, isReadOnly: false, isSensitive: false, synonyms }
    return [{ ...described, type: brokerTypeOf(type) }]
  })
}

export function describeBrokerConfigs(configs: BrokerConfigs): DescribedConfig[] {
  const names = new Set(Object.keys(BROKER_CONFIGS))
  for (const name of configs.file.keys()) names.add(name)
  return [...names].sort().map(name => {
    const row = brokerConfigRow(name)
    const synonyms = brokerSynonyms(name, configs)
    const [first] = synonyms
    const isOwn = first?.name === name
    // What nobody knows may be a secret.
    const isSensitive = row === undefined || row[0] === 'password'
    return {
      name,
      value: isSensitive || !isOwn ? null : first.value,
      source: isOwn ? first.source : 'default',
      isReadOnly: row === undefined || row[2] === 'read-only',
      isSensitive,
      type: row?.[0] ?? 'string',
      synonyms,
    }
  })
}

/** Those that were set while brokers ran, for all of them. */
export function describeDefaultBrokerConfigs(configs: BrokerConfigs): DescribedConfig[] {
  return [...configs.dynamic.of('broker', ALL_BROKERS)].map(([name, value]) => {
    const row = brokerConfigRow(name)
    const isSensitive = row === undefined || row[0] === 'password'
    const synonym = {
      name,
      value: isSensitive ? null : value,
      source: 'dynamic-default-broker' as const,
    }
    const type = row?.[0] ?? 'string'
    return { ...synonym, isReadOnly: false, isSensitive, type, synonyms: [synonym] }
  })
}

/** In the order in which they count. */
function brokerSynonyms(name: string, configs: BrokerConfigs): ConfigSynonym[] {
  const { dynamic, nodeId, file } = configs
  const names = [name, ...(STAND_INS[name] ?? []).map(standIn => standIn.name)]
  const ofNode = dynamic.of('broker', `${nodeId ?? ''}`)
  const sources = [
    ['dynamic-broker', nodeId === undefined ? undefined : ofNode],
    ['dynamic-default-broker', dynamic.of('broker', ALL_BROKERS)],
    ['static-broker', file],
  ] as const
  const set = sources.flatMap(([source, values]) =>
    names.flatMap(each => {
      const value = values?.get(each)
      const shown = brokerConfigRow(each)?.[0] === 'password' ? null : value
      return value === undefined ? [] : [{ name: each, value: shown ?? null, source }]
    }),
  )
  const fallback = brokerConfigRow(name)?.[1]
  const defaults = fallback == null ? [] : [{ name, value: fallback, source: 'default' as const }]
  return [...set, ...defaults]
}

const TYPES: Readonly<Record<TopicConfigType['kind'], BrokerConfigType>> = {
  int: 'int',
  long: 'long',
  double: 'double',
  boolean: 'boolean',
  string: 'string',
  list: 'list',
  replicas: 'list',
}

function brokerTypeOf({ kind }: TopicConfigType): BrokerConfigType {
  return TYPES[kind]
}
