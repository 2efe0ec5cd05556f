/**
 * DescribeConfigs 1–4: configs of topics and of this broker, all or those named, with where each comes from. Synonyms and
 * (v3) types; documentation is Kafka's, and not told. Nothing of loggers, client metrics and groups is configured here.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { DESCRIBE_CONFIGS } from '../../protocol/messages/32-describe-configs.ts'
import type { BrokerConfigType } from '../../metadata/broker-config-definitions.ts'
import {
  type ConfigSource,
  type DescribedConfig,
  describeBrokerConfigs,
  describeDefaultBrokerConfigs,
  describeTopicConfigs,
} from '../../metadata/described-configs.ts'
import { ALL_BROKERS } from '../../metadata/resource-configs.ts'
import { topicNameProblem } from '../../metadata/topic-name.ts'
import type { Broker } from '../broker.ts'
import { configResource, type Refusal } from '../config-resource.ts'
import type { Handler } from '../handler.ts'

type Request = ValueOf<(typeof DESCRIBE_CONFIGS)['request']>
type Resource = Request['resources'][number]

const SOURCES: Readonly<Record<ConfigSource, number>> = {
  topic: 1,
  'dynamic-broker': 2,
  'dynamic-default-broker': 3,
  'static-broker': 4,
  default: 5,
}

const TYPES: Readonly<Record<BrokerConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}

export const handleDescribeConfigs: Handler<typeof DESCRIBE_CONFIGS> = (request, _, broker) => {
  const results = request.resources.map(resource => {
    const { resourceType, resourceName, configurationKeys } = resource
    const outcome = describe(resource, broker)
    if ('error' in outcome) {
      const { error, message: errorMessage } = outcome
      return {
        errorCode: ERROR_CODES[error],
        errorMessage,
        resourceType,
        resourceName,
        configs: [],
      }
    }
    const wanted = outcome.filter(({ name }) => configurationKeys?.includes(name) ?? true)
    const configs = wanted.map(config => answerOf(config, request.includeSynonyms))
    return { errorCode: ERROR_CODES.NONE, errorMessage: null, resourceType, resourceName, configs }
  })
  return { throttleTimeMs: 0, results }
}

function describe(asked: Resource, broker: Broker): readonly DescribedConfig[] | Refusal {
  const resource = configResource(asked, broker.node.nodeId)
  if ('error' in resource) return resource
  const { type, name } = resource
  const { configs, controller } = broker
  if (type === 'broker') {
    return name === ALL_BROKERS
      ? describeDefaultBrokerConfigs(configs)
      : describeBrokerConfigs(configs)
  }
  if (type !== 'topic') return []
  const problem = topicNameProblem(name)
  if (problem !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: problem }
  if (controller.image.topics.byName(name) !== undefined) return describeTopicConfigs(name, configs)
  const message = 'This server does not host this topic-partition.'
  return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message }
}

function answerOf(config: DescribedConfig, includeSynonyms: boolean) {
  const { name, value, source, isReadOnly, isSensitive, type, synonyms } = config
  return {
    name,
    value,
    readOnly: isReadOnly,
    configSource: SOURCES[source],
    isSensitive,
    synonyms: (includeSynonyms ? synonyms : []).map(synonym => {
      return { name: synonym.name, value: synonym.value, source: SOURCES[synonym.source] }
    }),
    configType: TYPES[type],
    documentation: null,
  }
}
