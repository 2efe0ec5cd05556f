/**
 * Configs that somebody wants a topic to have: whether Kafka would take them, in its words where not.
 *
 * Source: org.apache.kafka.common.config.ConfigDef, org.apache.kafka.storage.internals.log.LogConfig#validate
 */
import { assertNever } from '../base/errors.ts'
import { INT64_MAX } from '../binary/big-endian.ts'
import {
  TOPIC_CONFIGS,
  type NumberRange,
  type TopicConfigType,
} from './topic-config-definitions.ts'

type Configs = ReadonlyMap<string, string>

/** Undefined where there is none. */
export function topicConfigProblem(configs: Configs): string | undefined {
  for (const name of configs.keys()) {
    if (!Object.hasOwn(TOPIC_CONFIGS, name)) return `Unknown topic config name: ${name}`
  }
  for (const [name, value] of configs) {
    const problem = configValueProblem(TOPIC_CONFIGS[name]!.type, name, value.trim())
    if (problem !== undefined) return problem
  }
  return compactionLagProblem(configs) ?? tieredProblem(configs)
}

/** @param value without blanks around it */
export function configValueProblem(
  type: TopicConfigType,
  name: string,
  value: string,
): string | undefined {
  switch (type.kind) {
    case 'int':
    case 'long':
    case 'double':
      return numberProblem(type, name, value)
    case 'boolean':
      if (/^(true|false)$/i.test(value)) return undefined
      return wrong(name, value, 'Expected value to be either true or false')
    case 'string':
      return type.oneOf.includes(value) ? undefined : wrong(name, value, oneOfText(type.oneOf))
    case 'list':
      return listProblem(type.of, name, value)
    case 'replicas':
      return replicasProblem(name, partsOf(value))
    default:
      return assertNever(type)
  }
}

const INT_MAX = 0x7fffffffn

function numberProblem(
  { kind, range }: Extract<TopicConfigType, { kind: 'int' | 'long' | 'double' }>,
  name: string,
  value: string,
): string | undefined {
  const number = kind === 'double' ? doubleOf(value) : integerOf(value, kind)
  if (number === undefined) return wrong(name, value, `Not a number of type ${kind.toUpperCase()}`)
  const problem = range && rangeProblem(range, number)
  return problem && wrong(name, numberText(number), problem)
}

/** As Java prints a Double, a Long. */
function numberText(number: number | bigint): string {
  return Number.isInteger(number) ? `${number}.0` : String(number)
}

function integerOf(text: string, kind: 'int' | 'long'): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const number = BigInt(text.replace(/^\+/, ''))
  const max = kind === 'int' ? INT_MAX : INT64_MAX
  return number > max || number < -max - 1n ? undefined : number
}

function doubleOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i.test(text) ? parseFloat(text) : undefined
}

function rangeProblem({ min, max, or }: NumberRange, value: bigint | number): string | undefined {
  if (or !== undefined) {
    if ((value >= min && value <= (max ?? value)) || value == or) return undefined
    return `Value must be between ${min} and ${max} or equal to ${or}`
  }
  if (value < min) return `Value must be at least ${min}`
  if (max !== undefined && value > max) return `Value must be no more than ${max}`
  return undefined
}

function listProblem(allowed: readonly string[], name: string, value: string): string | undefined {
  const parts = partsOf(value)
  if (parts.includes('')) return `Configuration '${name}' values must not be empty.`
  const other = parts.find(part => !allowed.includes(part))
  if (other === undefined) return undefined
  return wrong(name, other, oneOfText(allowed))
}

function replicasProblem(name: string, parts: readonly string[]): string | undefined {
  if (parts.every(part => /^(\d+:\d+)?$/.test(part)) || parts.join('') === '*') return undefined
  const why =
    `${name} must be the literal '*' or a list of replicas in the following format: ` +
    '[partitionId]:[brokerId],[partitionId]:[brokerId],...'
  return wrong(name, `[${parts.join(', ')}]`, why)
}

function wrong(name: string, value: string, why: string): string {
  return `Invalid value ${value} for configuration ${name}: ${why}`
}

function partsOf(list: string): string[] {
  return list === '' ? [] : list.split(/\s*,\s*/)
}

function oneOfText(values: readonly string[]): string {
  return `String must be one of: ${values.join(', ')}`
}

function compactionLagProblem(configs: Configs): string | undefined {
  const min = valueOf(configs, 'min.compaction.lag.ms')
  const max = valueOf(configs, 'max.compaction.lag.ms')
  if (BigInt(min) <= BigInt(max)) return undefined
  return (
    'conflict topic config setting ' +
    `min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`
  )
}

/** A broker without tiered storage does not start over such a topic, and no log.dir says whether it has it. */
function tieredProblem(configs: Configs): string | undefined {
  if (valueOf(configs, 'remote.storage.enable').toLowerCase() !== 'true') return undefined
  return 'remote.storage.enable can be set by a running broker only, which knows its remote storage'
}

function valueOf(configs: Configs, name: string): string {
  return (configs.get(name) ?? TOPIC_CONFIGS[name]!.fallback!).trim()
}
