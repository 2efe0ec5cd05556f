/** Groups that come together, change and fall apart: as Kafka's coordinator lets them. */
import { beforeEach, describe, expect, it } from 'vitest'
import { GroupCoordinator } from '../../src/coordinator/group-coordinator.ts'
import type { JoinAnswer } from '../../src/coordinator/group-member.ts'
import { CONFIG, GroupUnderTest, type Joining } from './group-under-test.ts'

let group: GroupUnderTest

beforeEach(() => {
  group = new GroupUnderTest()
})

function joined({ outcome }: Joining): JoinAnswer {
  if (outcome?.error !== undefined) throw new Error(`not joined: ${outcome.error}`)
  if (outcome === undefined) throw new Error('no answer yet')
  return outcome
}

/** Two members, the first of which leads, in generation 1. */
function stableGroup() {
  const first = group.joinWithId()
  const second = group.joinWithId()
  group.wait(10_000)
  const ids = [first.memberId, second.memberId] as const
  const assignments = { [ids[0]]: 'one', [ids[1]]: 'two' }
  group.sync({ memberId: ids[1], generationId: 1 })
  group.sync({ memberId: ids[0], generationId: 1 }, assignments)
  expect(group.state).toBe('Stable')
  return ids
}

describe('a group', () => {
  it('waits for its first members, longer while more of them come, and then the leader knows all', () => {
    const first = group.joinWithId()
    group.wait(2900)
    const second = group.joinWithId()
    group.wait(200)
    expect(first.outcome).toBeUndefined()
    group.wait(3000)
    const [leader, other] = [joined(first), joined(second)]
    expect(leader.leader).toBe(first.memberId)
    expect(leader.members.map(({ memberId }) => memberId)).toEqual([
      first.memberId,
      second.memberId,
    ])
    expect(other).toMatchObject({ generationId: 1, protocolName: 'range', members: [] })
    expect(group.state).toBe('CompletingRebalance')
  })

  it('is given its assignment by the leader, whoever asks first', () => {
    const first = group.joinWithId()
    const second = group.joinWithId()
    group.wait(6000)
    const early = group.sync({ memberId: second.memberId, generationId: 1 })
    expect(early.outcome).toBeUndefined()
    group.sync({ memberId: first.memberId, generationId: 1 }, { [second.memberId]: 'all' })
    expect(early.outcome).toMatchObject({ assignment: Buffer.from('all'), protocolName: 'range' })
    const { value } = group.records.at(-1)!
    expect(value).toMatchObject({ generation: 1, leader: first.memberId, protocolType: 'consumer' })
  })

  it('is written down when somebody first asks for it, and when nobody is left', () => {
    const [first, second] = stableGroup()
    expect(group.records[0]).toMatchObject({
      value: { generation: 0, protocolType: '', members: [] },
    })
    group.leave(first)
    group.leave(second)
    expect(group.state).toBe('Empty')
    const last = {
      generation: 2,
      protocolType: 'consumer',
      protocol: null,
      leader: null,
      members: [],
    }
    expect(group.records.at(-1)).toMatchObject({ value: last })
  })

  it('comes together anew when a member joins, and keeps those who join again in time', () => {
    const [first, second] = stableGroup()
    const third = group.joinWithId()
    expect(group.heartbeat(first, 1)).toBe('REBALANCE_IN_PROGRESS')
    const again = group.join({ memberId: first })
    group.wait(9000)
    group.heartbeat(second, 1)
    group.wait(9000)
    group.heartbeat(second, 1)
    expect(again.outcome).toBeUndefined()
    group.wait(3000)
    expect(joined(again).members.map(({ memberId }) => memberId)).toEqual([first, third.memberId])
    expect(group.heartbeat(second, 1)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('goes on at once when all have joined again', () => {
    const [first, second] = stableGroup()
    const third = group.joinWithId()
    const again = [group.join({ memberId: first }), group.join({ memberId: second })]
    expect(again.map(joining => joined(joining).generationId)).toEqual([2, 2])
    expect(joined(third).leader).toBe(first)
  })

  it('loses a member that is not heard of, and not one that is', () => {
    const [first, second] = stableGroup()
    for (let n = 0; n < 3; n++) {
      group.wait(5000)
      group.heartbeat(first, 1)
    }
    expect(group.state).toBe('PreparingRebalance')
    expect(group.heartbeat(second, 1)).toBe('UNKNOWN_MEMBER_ID')
    expect(joined(group.join({ memberId: first })).generationId).toBe(2)
  })

  it('gives up members that do not ask for their assignment', () => {
    const first = group.joinWithId({ rebalanceTimeoutMs: 4000 })
    const second = group.joinWithId({ rebalanceTimeoutMs: 4000 })
    group.wait(6000)
    group.sync({ memberId: first.memberId, generationId: 1 }, {})
    group.wait(4100)
    expect(group.heartbeat(second.memberId, 1)).toBe('UNKNOWN_MEMBER_ID')
    expect(group.heartbeat(first.memberId, 1)).toBe('REBALANCE_IN_PROGRESS')
  })

  it('forgets an id that was given out and not used', () => {
    const { memberId } = group.join({ isIdRequired: true }).outcome!
    group.wait(10_100)
    expect(group.join({ memberId }).outcome).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' })
  })
})

describe('a member that joins', () => {
  it('is sent away once for an id, where its client knows of that', () => {
    const { outcome } = group.join({ isIdRequired: true })
    expect(outcome).toEqual({ error: 'MEMBER_ID_REQUIRED', memberId: 'client-1' })
    expect(group.state).toBe('Empty')
  })

  it.each([
    ['no group', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['too short a session', { sessionTimeoutMs: 999 }, 'INVALID_SESSION_TIMEOUT'],
    ['too long a session', { sessionTimeoutMs: 60_001 }, 'INVALID_SESSION_TIMEOUT'],
    ['an id that nobody gave', { memberId: 'x' }, 'UNKNOWN_MEMBER_ID'],
    ['no protocol', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['no type of protocol', { protocolType: '' }, 'INCONSISTENT_GROUP_PROTOCOL'],
  ] as const)('with %s is refused', (_, request, error) => {
    expect(group.join(request).outcome).toMatchObject({ error })
  })

  it('with protocols that others have not is refused', () => {
    stableGroup()
    const protocols = [{ name: 'sticky', metadata: Buffer.alloc(0) }]
    const { outcome } = group.join({ protocols })
    expect(outcome).toMatchObject({ error: 'INCONSISTENT_GROUP_PROTOCOL' })
    expect(group.join({ protocolType: 'connect' }).outcome).toMatchObject({
      error: 'INCONSISTENT_GROUP_PROTOCOL',
    })
  })

  it('is refused where the group is full', () => {
    group.config = { ...CONFIG, sizeMax: 2 }
    stableGroup()
    expect(group.join().outcome).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED' })
  })

  it('again with nothing new is told what there is, unless it leads', () => {
    const [first, second] = stableGroup()
    expect(joined(group.join({ memberId: second }))).toMatchObject({ generationId: 1, members: [] })
    expect(group.state).toBe('Stable')
    group.join({ memberId: first })
    expect(group.state).toBe('PreparingRebalance')
  })

  it('is told where the record of its group can’t be written', () => {
    group.failure = 'NOT_COORDINATOR'
    expect(group.join().outcome).toEqual({ error: 'NOT_COORDINATOR', memberId: '' })
    expect(group.state).toBeUndefined()
  })
})

describe('a static member', () => {
  const STATIC = { groupInstanceId: 'i' }

  function stableStatic(): string {
    const joining = group.join(STATIC)
    group.wait(4000)
    const { memberId } = joined(joining)
    group.sync({ memberId, generationId: 1 }, { [memberId]: 'all' })
    return memberId
  }

  it('comes back under another id without a rebalance, and the old one is fenced', () => {
    const before = stableStatic()
    const answer = joined(group.join(STATIC))
    expect(answer).toMatchObject({ generationId: 1, skipAssignment: true, leader: answer.memberId })
    expect(answer.memberId).not.toBe(before)
    expect(group.state).toBe('Stable')
    expect(group.heartbeat(before, 1, 'i')).toBe('FENCED_INSTANCE_ID')
    const { assignment } = group.sync({ memberId: answer.memberId, generationId: 1 }).outcome as {
      assignment: Buffer
    }
    expect(assignment.toString()).toBe('all')
  })

  it('keeps its old id where the change can’t be written', () => {
    const before = stableStatic()
    group.failure = 'NOT_COORDINATOR'
    expect(group.join(STATIC).outcome).toEqual({ error: 'NOT_COORDINATOR', memberId: '' })
    expect(group.heartbeat(before, 1, 'i')).toBe('NONE')
  })

  it('is not thrown out of a rebalance, but by its session', () => {
    const id = stableStatic()
    group.joinWithId()
    group.wait(9000)
    expect(group.heartbeat(id, 1, 'i')).toBe('REBALANCE_IN_PROGRESS')
    group.wait(9000)
    expect(group.heartbeat(id, 1, 'i')).toBe('REBALANCE_IN_PROGRESS')
    group.wait(3000)
    expect(group.coordinator.group('g')!.member(id)).toBeDefined()
    group.wait(10_000)
    expect(group.coordinator.group('g')!.member(id)).toBeUndefined()
  })

  it('is sent away by its instance alone', () => {
    stableStatic()
    expect(group.leave('', 'other')).toEqual(['UNKNOWN_MEMBER_ID'])
    expect(group.leave('', 'i')).toEqual(['NONE'])
    expect(group.state).toBe('Empty')
  })
})

describe('an assignment', () => {
  it.each([
    ['of another generation', { generationId: 2 }, 'ILLEGAL_GENERATION'],
    ['of nobody', { memberId: 'x' }, 'UNKNOWN_MEMBER_ID'],
  ] as const)('%s is refused', (_, change, error) => {
    const [memberId] = stableGroup()
    expect(group.sync({ memberId, generationId: 1, ...change }).outcome).toEqual({ error })
  })

  it('is over when the group has to come together anew', () => {
    const first = group.joinWithId()
    const second = group.joinWithId()
    group.wait(6000)
    const waiting = group.sync({ memberId: second.memberId, generationId: 1 })
    group.joinWithId()
    expect(waiting.outcome).toEqual({ error: 'REBALANCE_IN_PROGRESS' })
    const late = group.sync({ memberId: first.memberId, generationId: 1 })
    expect(late.outcome).toEqual({ error: 'REBALANCE_IN_PROGRESS' })
  })

  it('that can’t be written is nobody’s', () => {
    const first = group.joinWithId()
    group.wait(4000)
    group.failure = 'NOT_COORDINATOR'
    const { outcome } = group.sync({ memberId: first.memberId, generationId: 1 }, {})
    expect(outcome).toEqual({ error: 'NOT_COORDINATOR' })
    expect(group.state).toBe('PreparingRebalance')
  })
})

describe('offsets', () => {
  it('are committed by members of the generation, and by others while there are none', () => {
    expect(group.commit(5n)).toEqual({ errors: ['NONE'] })
    const [memberId] = stableGroup()
    expect(group.commit(6n)).toEqual({ error: 'UNKNOWN_MEMBER_ID' })
    expect(group.commit(6n, { memberId, generationId: 2 })).toEqual({ error: 'ILLEGAL_GENERATION' })
    expect(group.commit(6n, { memberId: 'x', generationId: 1 })).toEqual({
      error: 'UNKNOWN_MEMBER_ID',
    })
    expect(group.commit(7n, { memberId, generationId: 1 })).toEqual({ errors: ['NONE'] })
    expect(group.coordinator.offsets.get('g', 't', 0)).toMatchObject({ offset: 7n })
  })

  it('are refused of a group that is not there, in a generation that it never had', () => {
    expect(group.commit(1n, { groupId: 'h', generationId: 3 })).toEqual({
      error: 'ILLEGAL_GENERATION',
    })
  })

  it('are refused one by one where their metadata is too long', () => {
    expect(group.commit(1n, { metadata: 'x'.repeat(21) })).toEqual({
      errors: ['OFFSET_METADATA_TOO_LARGE'],
    })
    expect(group.coordinator.offsets.of('g')).toEqual([])
  })

  it('do not count where they can’t be written', () => {
    group.failure = 'NOT_COORDINATOR'
    expect(group.commit(1n)).toEqual({ error: 'NOT_COORDINATOR' })
    expect(group.coordinator.offsets.of('g')).toEqual([])
  })

  const expireAll = () => {
    for (const outcome of group.coordinator.expireOffsets(group.nowMs)) group.run(outcome)
  }

  it('of a group that never had members expire by their own age, and the group with the last', () => {
    group.commit(1n)
    group.nowMs += CONFIG.offsetsRetentionMs - 1
    expireAll()
    expect(group.coordinator.offsets.of('g')).toHaveLength(1)
    group.nowMs += 1
    expireAll()
    expect(group.records.slice(-2).map(({ value }) => value)).toEqual([null, null])
    expect(group.state).toBeUndefined()
  })

  it('of a group with members do not, and of one that has lost them from then on', () => {
    const [first, second] = stableGroup()
    group.commit(1n, { memberId: first, generationId: 1 })
    group.nowMs += 1
    group.leave(first)
    group.leave(second)
    const emptyMs = group.nowMs
    group.nowMs = emptyMs + CONFIG.offsetsRetentionMs - 1
    expireAll()
    expect(group.coordinator.offsets.of('g')).toHaveLength(1)
    group.nowMs += 1
    expireAll()
    expect(group.coordinator.offsets.of('g')).toEqual([])
  })

  it('of a topic that is no more go with it', () => {
    group.commit(1n)
    group.commit(2n, { topic: 'u' })
    group.run(group.coordinator.topicsRemoved(new Set(['t'])))
    expect(group.coordinator.offsets.of('g').map(({ topic }) => topic)).toEqual(['u'])
    expect(group.records.at(-1)).toMatchObject({ key: { topic: 't' }, value: null })
  })
})

describe('a group is deleted', () => {
  const remove = () => {
    let outcome
    group.run(group.coordinator.remove('g', error => (outcome = error)))
    return outcome
  }

  it('with its offsets, where it has no members', () => {
    expect(remove()).toBe('GROUP_ID_NOT_FOUND')
    const [first, second] = stableGroup()
    group.commit(1n, { memberId: first, generationId: 1 })
    expect(remove()).toBe('NON_EMPTY_GROUP')
    group.leave(first)
    group.leave(second)
    expect(remove()).toBe('NONE')
    expect(group.records.slice(-2).map(({ type, value }) => [type, value])).toEqual([
      ['OffsetCommit', null],
      ['GroupMetadata', null],
    ])
  })
})

describe('a coordinator that loads the records of another', () => {
  it('knows its groups, members, assignments and offsets', () => {
    const [first] = stableGroup()
    group.commit(9n, { memberId: first, generationId: 1, metadata: 'm' })
    const other = new GroupCoordinator({ config: () => CONFIG, newId: () => 'x' })
    for (const record of group.records) other.replay(record, group.nowMs)
    other.loaded(group.nowMs)
    const [before, after] = [group.coordinator.group('g')!, other.group('g')!]
    // The record was written just before the group became stable.
    after.stateChangedMs = before.stateChangedMs
    expect(after.record()).toEqual(before.record())
    expect(after.state).toBe('Stable')
    expect(other.offsets.of('g')).toMatchObject([{ offset: 9n, metadata: 'm' }])
    const beat = { groupId: 'g', memberId: first, groupInstanceId: undefined, generationId: 1 }
    expect(other.heartbeat(beat, group.nowMs)).toBe('NONE')
    for (const outcome of other.tick(group.nowMs + 10_001)) group.run(outcome)
    expect(other.group('g')!.state).toBe('Empty')
  })

  it('keeps out of groups of other protocols', () => {
    const other = new GroupCoordinator({ config: () => CONFIG, newId: () => 'x' })
    const metadata = { epoch: 1, metadataHash: 0n }
    const key = { groupId: 'g' }
    other.replay({ type: 'ConsumerGroupMetadata', key, value: metadata, version: 0 }, 0)
    expect(other.group('g')).toBeUndefined()
    let outcome
    other
      .commit(
        { groupId: 'g', memberId: '', groupInstanceId: undefined, generationId: -1, offsets: [] },
        0,
        answer => (outcome = answer),
      )
      .done()
    expect(outcome).toEqual({ error: 'STALE_MEMBER_EPOCH' })
  })
})
