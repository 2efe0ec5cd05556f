/**
 * What a broker was told of its logs: while it ran, alone or with all others, and before that in its file. What a topic
 * says goes before all of it.
 *
 * Source: org.apache.kafka.server.config.DynamicBrokerConfig, ServerTopicConfigSynonyms, kafka.server.KafkaConfig
 */
import { assertNever } from '../base/errors.ts'
import {
  BROKER_CONFIGS,
  type BrokerConfigName,
  type BrokerConfigRow,
  brokerConfigRow,
} from './broker-config-definitions.ts'
import { ALL_BROKERS, type ResourceConfigs } from './resource-configs.ts'
import {
  TOPIC_CONFIGS,
  type NumberRange,
  type TopicConfigType,
} from './topic-config-definitions.ts'
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

export interface StandIn {
  readonly name: BrokerConfigName
  /** Milliseconds in what it counts. */
  readonly unitMs: bigint
}

/** What counts, in the broker's file, where a config is not set there: the first that is. */
export const STAND_INS: Readonly<Partial<Record<string, readonly StandIn[]>>> = {
  'log.flush.interval.ms': [{ name: 'log.flush.scheduler.interval.ms', unitMs: 1n }],
  'log.retention.ms': [
    { name: 'log.retention.minutes', unitMs: 60_000n },
    { name: 'log.retention.hours', unitMs: 3_600_000n },
  ],
  'log.roll.jitter.ms': [{ name: 'log.roll.jitter.hours', unitMs: 3_600_000n }],
  'log.roll.ms': [{ name: 'log.roll.hours', unitMs: 3_600_000n }],
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
  name: BrokerConfigName,
  configs: BrokerConfigs,
  fallback = Number(BROKER_CONFIGS[name][1]),
): number {
  return Number(brokerConfigOf(name, configs)?.value ?? fallback)
}

export function brokerFlag(name: BrokerConfigName, configs: BrokerConfigs): boolean {
  return (brokerConfigOf(name, configs)?.value ?? BROKER_CONFIGS[name][1])?.toLowerCase() === 'true'
}

/** In Kafka's words; undefined where there is none, and for configs that are not a broker's. */
export function brokerConfigProblem(name: string, value: string): string | undefined {
  const row = brokerConfigRow(name)
  const type = row && valueTypeOf(row)
  return type && configValueProblem(type, name, value)
}

/** Undefined where any text is one. */
function valueTypeOf([type, , , valid = '']: BrokerConfigRow): TopicConfigType | undefined {
  switch (type) {
    case 'int':
    case 'long':
    case 'double': {
      const range = rangeOf(valid)
      return range === undefined ? { kind: type } : { kind: type, range }
    }
    case 'short':
      return { kind: 'int', range: rangeOf(valid) ?? SHORTS }
    case 'boolean':
      return { kind: 'boolean' }
    case 'list':
      return valid === '' ? undefined : { kind: 'list', of: choicesOf(valid) }
    case 'string':
      return valid === '' ? undefined : { kind: 'string', oneOf: choicesOf(valid) }
    case 'class':
    case 'password':
      return undefined
    default:
      return assertNever(type)
  }
}

const SHORTS: NumberRange = { min: -32_768, max: 32_767 }

/** `[1,...]`, `[1,...,9]`, `[1,...,9] or -1` */
function rangeOf(valid: string): NumberRange | undefined {
  const [, min, max, or] =
    /^\[(-?[\d.]+),\.\.\.(?:,(-?[\d.]+))?\](?: or (-?\d+))?$/.exec(valid) ?? []
  if (min === undefined) return undefined
  return {
    min: Number(min),
    ...(max !== undefined && { max: Number(max) }),
    ...(or !== undefined && { or: Number(or) }),
  }
}

/** `[compact, delete]` */
function choicesOf(valid: string): string[] {
  return valid.slice(1, -1).split(', ')
}

/** Undefined where nobody has set it. */
export function brokerConfigOf(
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
