/** What the retention of a topic goes by, and who said so. */
import { retentionConfigOf, type RetentionConfig } from '../log/retention-policy.ts'
import type { EffectiveConfig } from '../metadata/broker-configs.ts'

export type ConfigSource = EffectiveConfig['source'] | 'default'

export interface TopicRetention {
  readonly config: RetentionConfig
  readonly sources: Readonly<
    Record<'cleanup.policy' | 'retention.ms' | 'retention.bytes', ConfigSource>
  >
}

/** @param effective configs of the topic that are not Kafka's defaults */
export function topicRetention(effective: ReadonlyMap<string, EffectiveConfig>): TopicRetention {
  const sourceOf = (name: string) => effective.get(name)?.source ?? 'default'
  return {
    config: retentionConfigOf(new Map([...effective].map(([name, { value }]) => [name, value]))),
    sources: {
      'cleanup.policy': sourceOf('cleanup.policy'),
      'retention.ms': sourceOf('retention.ms'),
      'retention.bytes': sourceOf('retention.bytes'),
    },
  }
}
