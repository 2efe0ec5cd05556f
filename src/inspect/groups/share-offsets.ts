/**
 * How far share groups have got (KIP-932). They commit nothing: `__share_group_state` holds, for each partition, where
 * the records begin that are not done with, and how many behind that are.
 *
 * Source: org.apache.kafka.coordinator.share.ShareCoordinatorShard#replay,
 * org.apache.kafka.coordinator.group.GroupCoordinatorService#describeShareGroupOffsets
 */
import type { Disk } from '../../disk/disk.ts'
import { shareStateSerde, type ShareStateRecord } from '../../coordinator/share-state-records.ts'
import { replayCoordinator } from '../internal-topics/coordinator-replay.ts'
import type { ReadOptions } from '../internal-topics/partitions-here.ts'
import type { LogPlace } from '../internal-topics/topic-names.ts'
import { byPartition } from './committed-offsets.ts'
import type { GroupsSource } from './groups-source.ts'

export const SHARE_STATE_TOPIC = '__share_group_state'

export interface ShareOffset {
  readonly groupId: string
  /** The id of the topic where nothing here tells its name. */
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  /** Everything below is done with. Undefined where the group has not begun. */
  readonly startOffset: bigint | undefined
  /** Records behind that are done with; undefined where it is not counted. */
  readonly deliveryCompleteCount: number | undefined
  readonly leaderEpoch: number | undefined
  readonly stateEpoch: number | undefined
  readonly place: LogPlace
  readonly logEndOffset: bigint | undefined
  /** Records that are not done with. */
  readonly lag: bigint | undefined
}

type State = Pick<
  ShareOffset,
  | 'groupId'
  | 'topicId'
  | 'partition'
  | 'startOffset'
  | 'deliveryCompleteCount'
  | 'leaderEpoch'
  | 'stateEpoch'
>

/** Of all share groups, sorted by group, topic and partition. */
export function readShareOffsets(
  disk: Disk,
  source: GroupsSource,
  options: ReadOptions,
): ShareOffset[] {
  const states = new Map<string, State>()
  for (const partition of source.partitions.numbersOf(SHARE_STATE_TOPIC)) {
    const named = { topic: SHARE_STATE_TOPIC, partition }
    replayCoordinator<ShareStateRecord>(disk, source.partitions, named, {
      ...options,
      decode: (key, value) => shareStateSerde.decode(key, value),
      apply: record => apply(states, record),
    })
  }
  return [...states.values()].map(state => shareOffset(state, source)).sort(byGroup)
}

function apply(states: Map<string, State>, { type, key, value }: ShareStateRecord): void {
  const { groupId, topicId, partition } = key
  const id = `${topicId} ${partition} ${groupId}`
  if (value === null) {
    if (type === 'ShareSnapshot') states.delete(id)
    return
  }
  const before = type === 'ShareUpdate' ? states.get(id) : undefined
  const stateEpoch = 'stateEpoch' in value ? value.stateEpoch : before?.stateEpoch
  states.set(id, {
    groupId,
    topicId,
    partition,
    startOffset: value.startOffset < 0n ? before?.startOffset : value.startOffset,
    leaderEpoch: value.leaderEpoch < 0 ? before?.leaderEpoch : value.leaderEpoch,
    deliveryCompleteCount:
      value.deliveryCompleteCount < 0 ? undefined : value.deliveryCompleteCount,
    stateEpoch,
  })
}

function shareOffset(state: State, { names, partitions }: GroupsSource): ShareOffset {
  const { topicId, partition, startOffset, deliveryCompleteCount } = state
  const name = names.nameOf(topicId)
  const topic = name ?? topicId
  const place = name === undefined ? 'unknown' : names.placeOf({ topic, partition }, topicId)
  const log = place === 'here' ? partitions.boundsOf({ topic, partition }) : undefined
  const isKnown = startOffset !== undefined && deliveryCompleteCount !== undefined
  const lag =
    log && isKnown ? log.logEndOffset - startOffset - BigInt(deliveryCompleteCount) : undefined
  return { ...state, topic, place, logEndOffset: log?.logEndOffset, lag }
}

function byGroup(a: ShareOffset, b: ShareOffset): number {
  if (a.groupId !== b.groupId) return a.groupId < b.groupId ? -1 : 1
  return byPartition(a, b)
}
