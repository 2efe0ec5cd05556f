/** What the broker's configs say of groups, and of the topic where they are kept. */
import type { GroupConfig } from '../coordinator/group-config.ts'
import type { BrokerConfigName } from '../metadata/broker-config-definitions.ts'
import { type BrokerConfigs, brokerNumber } from '../metadata/broker-configs.ts'

const MINUTE_MS = 60_000

export function groupConfigOf(configs: BrokerConfigs): GroupConfig {
  const number = (name: BrokerConfigName) => brokerNumber(name, configs)
  return {
    sessionTimeoutMinMs: number('group.min.session.timeout.ms'),
    sessionTimeoutMaxMs: number('group.max.session.timeout.ms'),
    initialRebalanceDelayMs: number('group.initial.rebalance.delay.ms'),
    sizeMax: number('group.max.size'),
    offsetMetadataBytesMax: number('offset.metadata.max.bytes'),
    offsetsRetentionMs: number('offsets.retention.minutes') * MINUTE_MS,
  }
}

/** Source: org.apache.kafka.coordinator.group.GroupCoordinatorService#groupMetadataTopicConfigs */
export function offsetsTopicConfigs(segmentBytes: number) {
  return [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'compression.type', value: 'producer' },
    { name: 'segment.bytes', value: String(segmentBytes) },
  ]
}
