/**
 * What the controller of a cluster of one broker writes down when that broker starts, and when it is shut down: it
 * registers fenced, is unfenced once its logs are open, and leads every partition that it has a replica of; before it
 * goes, it leads none any more, and stays eligible for all.
 *
 * Source: org.apache.kafka.controller.ClusterControlManager#registerBroker, BrokerHeartbeatManager,
 * ReplicationControlManager#handleBrokerUnfenced, #handleBrokerInControlledShutdown
 */
import type { ClusterImage } from './cluster-image.ts'
import type { MetadataRecord } from './metadata-records.ts'
import {
  brokerChangeRecordVersion,
  brokerRecordVersion,
  METADATA_VERSION_NEWEST,
  METADATA_VERSION_OLDEST,
  partitionRecordVersion,
  supportsDirectories,
} from './metadata-version.ts'
import { METADATA_VERSION } from './cluster-image.ts'
import { newRecord } from './new-record.ts'
import { NO_LEADER, type PartitionImage } from './partition-image.ts'
import type { TopicImage } from './topic-images.ts'

export interface RunningBroker {
  readonly brokerId: number
  /** The offset at which its registration goes into the log. */
  readonly brokerEpoch: bigint
  /** Chosen at random for each start. */
  readonly incarnationId: string
  readonly endPoints: readonly EndPoint[]
  /** Directory ids of all its log.dirs. */
  readonly logDirs: readonly string[]
  readonly rack: string | null
}

export interface EndPoint {
  /** Of the listener, as PLAINTEXT. */
  readonly name: string
  readonly host: string
  readonly port: number
}

const PLAINTEXT = 0
/** In a change of a registration: it is so from now on; no longer. */
const [YES, NO] = [1, -1]

export function registerRunningBroker(
  { endPoints, logDirs, ...broker }: RunningBroker,
  image: ClusterImage,
): MetadataRecord[] {
  const fields = {
    ...broker,
    endPoints: endPoints.map(endPoint => ({ ...endPoint, securityProtocol: PLAINTEXT })),
    features: SUPPORTED_FEATURES,
    fenced: true,
    logDirs: supportsDirectories(image) ? logDirs : [],
  }
  return [newRecord('RegisterBrokerRecord', fields, brokerRecordVersion(image))]
}

/** Behind its registration: it is at work, and leads what it has, in a new leader epoch each. */
export function brokerAtWork(
  { brokerId, brokerEpoch }: Pick<RunningBroker, 'brokerId' | 'brokerEpoch'>,
  image: ClusterImage,
): MetadataRecord[] {
  const change = { brokerId, brokerEpoch, fenced: NO }
  return [
    newRecord('BrokerRegistrationChangeRecord', change, brokerChangeRecordVersion(image)),
    ...partitionChanges(brokerId, image, partition => ({
      leader: brokerId,
      ...(partition.isr.length === 1 && partition.isr[0] === brokerId ? {} : { isr: [brokerId] }),
      ...clearedElr(partition),
    })),
  ]
}

/** In the order in which they are to be written, a batch each. */
export function brokerShutdown(
  { brokerId, brokerEpoch }: Pick<RunningBroker, 'brokerId' | 'brokerEpoch'>,
  image: ClusterImage,
): MetadataRecord[][] {
  const version = brokerChangeRecordVersion(image)
  const change = (fields: { inControlledShutdown?: number; fenced?: number }) =>
    newRecord('BrokerRegistrationChangeRecord', { brokerId, brokerEpoch, ...fields }, version)
  const eligible = { isr: [], eligibleLeaderReplicas: [brokerId], lastKnownElr: [brokerId] }
  return [
    [
      change({ inControlledShutdown: YES }),
      ...partitionChanges(brokerId, image, () => ({
        leader: NO_LEADER,
        ...(image.hasEligibleLeaderReplicas ? eligible : {}),
      })),
    ],
    [change({ fenced: YES })],
  ]
}

type PartitionChange = Parameters<typeof newRecord<'PartitionChangeRecord'>>[1]

function partitionChanges(
  brokerId: number,
  image: ClusterImage,
  changeOf: (partition: PartitionImage) => PartitionChange,
): MetadataRecord[] {
  const version = partitionRecordVersion(image)
  const ofTopic = ({ topicId, partitions }: TopicImage) =>
    [...partitions.values()]
      .filter(({ replicas }) => replicas.includes(brokerId))
      .map(partition => {
        const { partitionId } = partition
        const fields = { topicId, partitionId, ...changeOf(partition) }
        return newRecord('PartitionChangeRecord', fields, version)
      })
  return image.topics.all().flatMap(ofTopic)
}

function clearedElr({ eligibleLeaderReplicas, lastKnownElr }: PartitionImage): PartitionChange {
  return {
    ...(eligibleLeaderReplicas.length > 0 && { eligibleLeaderReplicas: [] }),
    ...(lastKnownElr.length > 0 && { lastKnownElr: [] }),
  }
}

const SUPPORTED_FEATURES = [
  {
    name: METADATA_VERSION,
    minSupportedVersion: METADATA_VERSION_OLDEST,
    maxSupportedVersion: METADATA_VERSION_NEWEST,
  },
  ...[
    ['eligible.leader.replicas.version', 1] as const,
    ['group.version', 1] as const,
    ['kraft.version', 1] as const,
    ['share.version', 1] as const,
    ['streams.version', 1] as const,
    ['transaction.version', 2] as const,
  ].map(([name, maxSupportedVersion]) => ({ name, minSupportedVersion: 0, maxSupportedVersion })),
]
