/**
 * Everything that is told about groups comes from here: the coordinator's log replayed, and the logs of the partitions
 * that the groups read, opened when somebody asks for them.
 */
import type { Disk } from '../../disk/disk.ts'
import { decodeGroupRecord, type GroupRecord } from '../../coordinator/consumer-offsets-records.ts'
import { readClusterTopics } from '../internal-topics/cluster-topics.ts'
import { coordinatorTopic, type CoordinatorTopic } from '../internal-topics/coordinator-place.ts'
import { replayCoordinator } from '../internal-topics/coordinator-replay.ts'
import { PartitionsHere, type ReadOptions } from '../internal-topics/partitions-here.ts'
import { TopicNames } from '../internal-topics/topic-names.ts'
import type { CommittedOffset, PendingOffset } from './committed-offsets.ts'
import { GroupReplay } from './group-replay.ts'
import type { Group } from './group.ts'

export const CONSUMER_OFFSETS_TOPIC = '__consumer_offsets'

export interface GroupsSource {
  readonly coordinator: CoordinatorTopic
  readonly partitions: PartitionsHere
  readonly names: TopicNames
  /** Sorted by name. */
  readonly groups: readonly LoadedGroup[]
}

export interface LoadedGroup {
  readonly groupId: string
  readonly group: Group
  /** Sorted by topic and partition, as the pending ones. */
  readonly offsets: readonly CommittedOffset[]
  readonly pending: readonly PendingOffset[]
  /** Of the coordinator's topic, where its records are. */
  readonly partition: number
}

export function readGroupsSource(
  disk: Disk,
  logDirs: readonly string[],
  options: ReadOptions,
): GroupsSource {
  const partitions = new PartitionsHere(disk, logDirs, options)
  const cluster = readClusterTopics(disk, partitions, options.problem)
  const coordinator = coordinatorTopic(CONSUMER_OFFSETS_TOPIC, partitions, cluster)
  const groups = coordinator.here.flatMap(partition =>
    loadedGroups(replayed(disk, partitions, partition, options), partition),
  )
  groups.sort((a, b) => (a.groupId === b.groupId ? 0 : a.groupId < b.groupId ? -1 : 1))
  return { coordinator, partitions, names: new TopicNames(partitions, cluster), groups }
}

function replayed(
  disk: Disk,
  partitions: PartitionsHere,
  partition: number,
  options: ReadOptions,
): GroupReplay {
  const replay = new GroupReplay()
  const named = { topic: CONSUMER_OFFSETS_TOPIC, partition }
  replayCoordinator<GroupRecord>(disk, partitions, named, {
    ...options,
    decode: decodeGroupRecord,
    apply: (record, place) => replay.apply(record, place),
    endTransaction: (producerId, type) => replay.endTransaction(producerId, type),
  })
  return replay
}

function loadedGroups({ groups, offsets }: GroupReplay, partition: number): LoadedGroup[] {
  const pending = offsets.pending()
  return [...groups].map(([groupId, group]) => ({
    groupId,
    group,
    offsets: offsets.of(groupId),
    pending: pending.get(groupId) ?? [],
    partition,
  }))
}
