/** Of the partitions that were named, those that `compact` may clean, with the configs that say so. */
import { UsageError } from '../base/errors.ts'
import type { ClusterHere } from '../inspect/topics/cluster-here.ts'
import { METADATA_TOPIC } from '../log/file-names.ts'
import type { LogConfig } from '../log/log-config.ts'
import { classifyPath } from '../log-dirs/locate.ts'
import { topicLogConfigs } from '../log-dirs/topic-log-configs.ts'
import type { BrokerConfigs } from '../metadata/broker-configs.ts'
import { topicConfigProblem } from '../metadata/topic-configs.ts'
import type { CommandContext } from './command-context.ts'
import type { MaintainedPartition } from './maintained-partitions.ts'
import { refuseUnknownTopics, tellOfUnknownTopics } from './unknown-topics.ts'

/** @throws UsageError where it is no name=value, or Kafka would not take it */
export function parseTopicConfigs(texts: readonly string[]): ReadonlyMap<string, string> {
  const said = new Map(
    texts.map(text => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
      if (name === undefined) throw new UsageError(`--topic-config ${text}: no name=value`)
      return [name.trim(), value!.trim()] as const
    }),
  )
  const problem = topicConfigProblem(said)
  if (problem !== undefined) throw new UsageError(`--topic-config: ${problem}`)
  return said
}

export interface CompactedRequest {
  readonly words: readonly string[]
  /** Of topics, as the command line has them. */
  readonly said: ReadonlyMap<string, string>
  readonly isPreview: boolean
  readonly cluster: ClusterHere
  readonly configs: BrokerConfigs
}

export interface CompactedPartitions {
  readonly wanted: readonly MaintainedPartition[]
  readonly configOf: (topic: string) => LogConfig
}

/**
 * Of whole log.dirs those that are compacted; what is named has to be. A preview of whole log.dirs goes on where nobody
 * knows what their topics are configured to.
 *
 * @throws UsageError
 */
export function compactedPartitions(
  partitions: readonly MaintainedPartition[],
  { words, said, isPreview, cluster, configs }: CompactedRequest,
  { notice, context }: { notice: (line: string) => void; context: CommandContext },
): CompactedPartitions {
  const configOf = topicLogConfigs(configs, said)
  const isWhole = words.every(word => classifyPath(context.disk, word).kind === 'log-dir')
  if (isPreview && (isWhole || said.has(POLICY))) tellOfUnknownTopics(cluster, 'compaction', notice)
  else if (!said.has(POLICY)) refuseUnknownTopics(cluster, 'compaction')
  const wanted = partitions.filter(
    ({ topic }) => topic !== METADATA_TOPIC && configOf(topic).isCompacted,
  )
  const other = partitions.find(({ topic }) => !configOf(topic).isCompacted)
  if (other !== undefined && !isWhole) {
    throw new UsageError(
      `${other.name} is not compacted: its ${POLICY} has no compact, and readers count on older records. ` +
        `Where that is wanted all the same: --topic-config ${POLICY}=compact`,
    )
  }
  const isKnown = cluster.metadataLog !== undefined || said.has(POLICY)
  if (wanted.length === 0 && isKnown) notice('kbroker: there is no compacted topic')
  return { wanted, configOf }
}

const POLICY = 'cleanup.policy'
