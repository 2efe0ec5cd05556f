/**
 * Configs that somebody wants set, removed, or changed by an element: the records that does, or why not.
 *
 * Source: org.apache.kafka.controller.ConfigurationControlManager, org.apache.kafka.server.config.DynamicBrokerConfig
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import { brokerConfigRow } from './broker-config-definitions.ts'
import { brokerConfigProblem } from './broker-configs.ts'
import type { ClusterImage } from './cluster-image.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { newRecord } from './new-record.ts'
import { ALL_BROKERS, RESOURCE_TYPE_IDS, type ResourceType } from './resource-configs.ts'
import { TOPIC_CONFIGS } from './topic-config-definitions.ts'
import { topicConfigProblem } from './topic-configs.ts'

export interface ConfigResource {
  readonly type: ResourceType
  readonly name: string
}

export type ConfigOperation = 'set' | 'delete' | 'append' | 'subtract'

export interface ConfigChange {
  readonly name: string
  readonly operation: ConfigOperation
  readonly value: string | null
}

export interface AlterOutcome {
  readonly records: readonly MetadataRecord[]
  readonly answer: { readonly error: ErrorName; readonly message: string | null }
}

/** Some of its configs, as IncrementalAlterConfigs says. */
export function alterConfigs(
  resource: ConfigResource,
  changes: readonly ConfigChange[],
  image: ClusterImage,
): AlterOutcome {
  const before = image.configs.of(resource.type, resource.name)
  const after = new Map(before)
  const names = new Set<string>()
  for (const change of changes) {
    const { name } = change
    if (names.has(name)) return refused('INVALID_REQUEST', 'Error due to duplicate config keys')
    names.add(name)
    const problem = apply(change, after, resource.type)
    if (problem !== undefined) return problem
  }
  return decide(resource, { before, after }, image)
}

/** All of its configs, as AlterConfigs says: those that are not named are removed. */
export function replaceConfigs(
  resource: ConfigResource,
  configs: readonly { readonly name: string; readonly value: string | null }[],
  image: ClusterImage,
): AlterOutcome {
  const before = image.configs.of(resource.type, resource.name)
  const unset = configs.find(({ value }) => value === null)
  if (unset !== undefined) {
    return refused('INVALID_REQUEST', `Null value not supported for : ${unset.name}`)
  }
  const after = new Map(configs.map(({ name, value }) => [name, value!]))
  return decide(resource, { before, after }, image)
}

function apply(
  { name, operation, value }: ConfigChange,
  configs: Map<string, string>,
  type: ResourceType,
): AlterOutcome | undefined {
  if (operation === 'delete') {
    configs.delete(name)
    return undefined
  }
  if (value === null) return refused('INVALID_REQUEST', `Null value not supported for : ${name}`)
  if (operation === 'set') {
    configs.set(name, value)
    return undefined
  }
  const { isList, fallback } = listOf(name, type)
  if (!isList) {
    const why = `Can't ${operation.toUpperCase()} to key ${name} because its type is not LIST.`
    return refused('INVALID_CONFIG', why)
  }
  const known = partsOf(configs.get(name) ?? fallback)
  const given = partsOf(value)
  const changed =
    operation === 'append'
      ? [...known, ...given.filter(part => !known.includes(part))]
      : known.filter(part => !given.includes(part))
  configs.set(name, changed.join(','))
  return undefined
}

function listOf(name: string, type: ResourceType) {
  if (type === 'topic') {
    const definition = Object.hasOwn(TOPIC_CONFIGS, name) ? TOPIC_CONFIGS[name] : undefined
    const isList = ['list', 'replicas'].includes(definition?.type.kind ?? '')
    return { isList, fallback: definition?.fallback ?? '' }
  }
  const row = brokerConfigRow(name)
  return { isList: row?.[0] === 'list', fallback: row?.[1] ?? '' }
}

function partsOf(list: string): string[] {
  return list.split(',').flatMap(part => part.trim() || [])
}

interface Change {
  readonly before: ReadonlyMap<string, string>
  readonly after: ReadonlyMap<string, string>
}

function decide(resource: ConfigResource, change: Change, image: ClusterImage): AlterOutcome {
  const problem = problemOf(resource, change, image)
  if (problem !== undefined) return problem
  const { before, after } = change
  const { type, name: resourceName } = resource
  const resourceType = RESOURCE_TYPE_IDS[type]
  const config = (name: string, value: string | null) =>
    newRecord('ConfigRecord', { resourceType, resourceName, name, value })
  const set = [...after].filter(([name, value]) => before.get(name) !== value)
  const removed = [...before.keys()].filter(name => !after.has(name))
  const records = [
    ...set.map(([name, value]) => config(name, value)),
    ...removed.map(name => config(name, null)),
  ]
  const changed = [...set.map(([name]) => name), ...removed]
  const clearsElr = image.hasEligibleLeaderReplicas && changed.includes('min.insync.replicas')
  const topicName = type === 'topic' ? resourceName : ''
  const elr = clearsElr ? [newRecord('ClearElrRecord', { topicName })] : []
  return { records: [...records, ...elr], answer: { error: 'NONE', message: null } }
}

function problemOf(
  { type, name }: ConfigResource,
  change: Change,
  { topics }: ClusterImage,
): AlterOutcome | undefined {
  switch (type) {
    case 'topic': {
      if (topics.byName(name) === undefined) {
        return refused('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
      }
      const problem = topicConfigProblem(change.after)
      return problem === undefined ? undefined : refused('INVALID_CONFIG', problem)
    }
    case 'broker':
      return brokerProblem(name, change)
    case 'broker-logger':
    case 'client-metrics':
    case 'group':
      return refused('INVALID_REQUEST', `Configs of the type ${type} are not served.`)
  }
}

function brokerProblem(brokerId: string, { before, after }: Change): AlterOutcome | undefined {
  const changed = [...after].filter(([name, value]) => before.get(name) !== value)
  const modes = changed.map(([name]) => [name, brokerConfigRow(name)?.[2]] as const)
  const fixed = modes.flatMap(([name, mode]) => (mode === 'read-only' ? [name] : []))
  if (fixed.length > 0) {
    const text = `Cannot update these configs dynamically: [${fixed.join(', ')}]`
    return refused('INVALID_REQUEST', text)
  }
  const own = modes.flatMap(([name, mode]) => (mode === 'per-broker' ? [name] : []))
  if (brokerId === ALL_BROKERS && own.length > 0) {
    const text = 'Cannot update these configs at default cluster level, broker id must be specified'
    return refused('INVALID_REQUEST', `${text}: [${own.join(', ')}]`)
  }
  for (const [name, value] of changed) {
    const problem = brokerConfigProblem(name, value.trim())
    if (problem !== undefined) return refused('INVALID_CONFIG', problem)
  }
  return undefined
}

function refused(error: ErrorName, message: string): AlterOutcome {
  return { records: [], answer: { error, message } }
}
