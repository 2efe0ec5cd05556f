/** The configuration of each topic's logs: its own, or else the broker's, or else Kafka's default. */
import { METADATA_TOPIC } from '../log/file-names.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig, logConfigOf } from '../log/log-config.ts'
import { effectiveConfigs, type BrokerConfigs } from '../metadata/broker-configs.ts'

/**
 * The controller's log is not the broker's, and knows nothing of its configs.
 *
 * @param said goes before all that is known
 */
export function topicLogConfigs(
  configs: BrokerConfigs,
  said: ReadonlyMap<string, string> = new Map(),
): (topic: string) => LogConfig {
  return topic => {
    if (topic === METADATA_TOPIC) return DEFAULT_LOG_CONFIG
    const effective = effectiveConfigs(topic, configs)
    const values = [...effective].map(([name, { value }]) => [name, value] as const)
    const config = logConfigOf(new Map([...values, ...said]))
    return configs.knowsTopics ? config : { ...config, isRemote: undefined }
  }
}
