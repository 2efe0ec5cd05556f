import { describe, expect, it } from 'vitest'
import type { GroupRecord } from '../../../src/coordinator/consumer-offsets-records.ts'
import { GroupReplay } from '../../../src/inspect/groups/group-replay.ts'
import { groupSummary } from '../../../src/inspect/groups/group-summary.ts'
import { commit, groupRecord } from './group-records.ts'

const NOBODY = -1n

type Step = GroupRecord | readonly [GroupRecord, producerId: bigint] | EndOfTransaction
interface EndOfTransaction {
  readonly end: 'COMMIT' | 'ABORT'
  readonly producerId: bigint
}

function replayed(...steps: readonly Step[]): GroupReplay {
  const replay = new GroupReplay()
  steps.forEach((step, i) => {
    const offset = BigInt(i)
    if ('end' in step) replay.endTransaction(step.producerId, step.end)
    else if ('type' in step) replay.apply(step, { offset, producerId: NOBODY })
    else replay.apply(step[0], { offset, producerId: step[1] })
  })
  return replay
}

function offsetsOf(replay: GroupReplay, group = 'g'): string[] {
  return replay.offsets.of(group).map(({ topic, offset }) => `${topic}=${offset}`)
}

function stateOf(replay: GroupReplay, groupId = 'g') {
  const group = replay.groups.get(groupId)
  if (group === undefined) return undefined
  return groupSummary({ groupId, group, offsets: [], pending: [], partition: 0 }).state
}

const group = (epoch: number) => groupRecord('ConsumerGroupMetadata', { groupId: 'g' }, { epoch })
const target = (assignmentEpoch: number) =>
  groupRecord('ConsumerGroupTargetAssignmentMetadata', { groupId: 'g' }, { assignmentEpoch })
const member = { groupId: 'g', memberId: 'm' }
const current = (memberEpoch: number, state = 0) =>
  groupRecord('ConsumerGroupCurrentMemberAssignment', member, { memberEpoch, state })

describe('replaying committed offsets', () => {
  it('keeps the newest of each partition', () => {
    const replay = replayed(commit('g', 'a', 1n), commit('g', 'b', 5n), commit('g', 'a', 2n))
    expect(offsetsOf(replay)).toEqual(['a=2', 'b=5'])
  })

  it('forgets what a tombstone names', () => {
    const replay = replayed(commit('g', 'a', 1n), commit('g', 'b', 5n), commit('g', 'a', null))
    expect(offsetsOf(replay)).toEqual(['b=5'])
  })

  it('makes a classic group without a protocol of who only commits', () => {
    const replay = replayed(commit('g', 'a', 1n))
    expect(replay.groups.get('g')).toMatchObject({ type: 'classic', protocolType: null })
    expect(stateOf(replay)).toBe('Empty')
  })

  it('leaves those of an open transaction pending', () => {
    const replay = replayed(commit('g', 'a', 1n), [commit('g', 'a', 9n), 7n])
    expect(offsetsOf(replay)).toEqual(['a=1'])
    expect(replay.offsets.pending().get('g')).toMatchObject([{ offset: 9n, producerId: 7n }])
  })

  it('puts them in force at the COMMIT marker of their producer alone', () => {
    const steps = [
      [commit('g', 'a', 9n), 7n],
      [commit('g', 'b', 3n), 8n],
    ] as const
    const replay = replayed(...steps, { end: 'COMMIT', producerId: 7n })
    expect(offsetsOf(replay)).toEqual(['a=9'])
    expect(replay.offsets.pending().get('g')).toMatchObject([{ topic: 'b' }])
  })

  it('drops them at an ABORT marker', () => {
    const replay = replayed([commit('g', 'a', 9n), 7n], { end: 'ABORT', producerId: 7n })
    expect(offsetsOf(replay)).toEqual([])
    expect(replay.offsets.pending().size).toBe(0)
  })

  it('prefers a commit made after the one in the transaction', () => {
    const replay = replayed([commit('g', 'a', 9n), 7n], commit('g', 'a', 4n), {
      end: 'COMMIT',
      producerId: 7n,
    })
    expect(offsetsOf(replay)).toEqual(['a=4'])
  })

  it('drops pending ones with a tombstone', () => {
    const replay = replayed([commit('g', 'a', 9n), 7n], commit('g', 'a', null), {
      end: 'COMMIT',
      producerId: 7n,
    })
    expect(offsetsOf(replay)).toEqual([])
  })
})

describe('replaying groups', () => {
  it('deletes a group at its tombstone', () => {
    const tombstone = groupRecord('GroupMetadata', { group: 'g' }, null)
    expect(replayed(commit('g', 'a', 1n), commit('g', 'a', null), tombstone).groups.size).toBe(0)
  })

  it.each([
    ['Empty', [group(1)]],
    ['Assigning', [group(2), target(1), current(1)]],
    ['Reconciling', [group(2), target(2), current(1)]],
    ['Reconciling', [group(2), target(2), current(2, 1)]],
    ['Stable', [group(2), target(2), current(2)]],
  ])('derives the state %s of a consumer group', (state, records) => {
    expect(stateOf(replayed(...records))).toBe(state)
  })

  it('takes a streams group for not ready until its topology was checked', () => {
    const key = { groupId: 'g' }
    const epoch = (validatedTopologyEpoch: number) =>
      groupRecord('StreamsGroupMetadata', key, { epoch: 1, validatedTopologyEpoch })
    const topology = groupRecord('StreamsGroupTopology', key, { epoch: 3, subtopologies: [] })
    const targeted = { assignmentEpoch: 1 }
    const steps = [
      topology,
      groupRecord('StreamsGroupTargetAssignmentMetadata', key, targeted),
      groupRecord('StreamsGroupCurrentMemberAssignment', member, { memberEpoch: 1, state: 1 }),
    ]
    expect(stateOf(replayed(epoch(2), ...steps))).toBe('NotReady')
    expect(stateOf(replayed(epoch(3), ...steps))).toBe('Stable')
  })

  it('removes members, and targets, by their tombstones', () => {
    const gone = groupRecord('ConsumerGroupMemberMetadata', member, null)
    const untargeted = groupRecord('ConsumerGroupTargetAssignmentMember', member, null)
    const replay = replayed(group(1), current(1), untargeted, gone)
    expect(replay.groups.get('g')?.members).toEqual([])
  })

  it('passes over tombstones of another type of group', () => {
    const tombstone = groupRecord('ShareGroupMetadata', { groupId: 'g' }, null)
    expect(stateOf(replayed(group(1), current(1), tombstone))).toBe('Assigning')
  })

  it('lets a consumer group take the place of a classic one, with its offsets', () => {
    const replay = replayed(commit('g', 'a', 4n), group(1))
    expect(replay.groups.get('g')?.type).toBe('consumer')
    expect(offsetsOf(replay)).toEqual(['a=4'])
  })

  it('knows the topics behind a regular expression', () => {
    const regularExpression = 'o.*'
    const replay = replayed(
      groupRecord('ConsumerGroupMemberMetadata', member, { subscribedTopicRegex: 'o.*' }),
      groupRecord(
        'ConsumerGroupRegularExpression',
        { groupId: 'g', regularExpression },
        { topics: ['orders'] },
      ),
    )
    const known = replay.groups.get('g')
    expect([...(known?.subscribedTopics ?? [])]).toEqual(['orders'])
  })
})
