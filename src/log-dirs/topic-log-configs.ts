/** What a broker's logs are opened with: of each topic its own configs, or else the broker's, or else Kafka's defaults. */
import { METADATA_TOPIC } from '../log/file-names.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig, logConfigOf } from '../log/log-config.ts'
import { METADATA_BATCH_BYTES_MAX } from '../metadata/metadata-batches.ts'
import { type BrokerConfigs, brokerNumber, effectiveConfigs } from '../metadata/broker-configs.ts'

/** Of the cluster's own log, which no config of a broker's is about. */
export const METADATA_LOG_CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  maxMessageBytes: METADATA_BATCH_BYTES_MAX,
}

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
    if (topic === METADATA_TOPIC) return METADATA_LOG_CONFIG
    const effective = effectiveConfigs(topic, configs)
    const values = [...effective].map(([name, { value }]) => [name, value] as const)
    const config = logConfigOf(new Map([...values, ...said]))
    return configs.knowsTopics ? config : { ...config, isRemote: undefined }
  }
}

export interface LogOpening {
  readonly configOf: (topic: string) => LogConfig
  /** `producer.id.expiration.ms` */
  readonly producerExpirationMs: number
}

/** @param said goes before all that is known of topics */
export function logOpening(configs: BrokerConfigs, said?: ReadonlyMap<string, string>): LogOpening {
  return {
    configOf: topicLogConfigs(configs, said),
    producerExpirationMs: brokerNumber('producer.id.expiration.ms', configs),
  }
}
