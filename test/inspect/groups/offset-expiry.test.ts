import { describe, expect, it } from 'vitest'
import { SIMPLE_GROUP } from '../../../src/inspect/groups/classic-group.ts'
import type { Group } from '../../../src/inspect/groups/group.ts'
import { NOTHING_ASSIGNED } from '../../../src/inspect/groups/group-member.ts'
import { ModernGroup } from '../../../src/inspect/groups/modern-group.ts'
import { ExpiryRule } from '../../../src/inspect/groups/offset-expiry.ts'

const RETENTION = 100n
const OFFSET = {
  topic: 't',
  partition: 0,
  offset: 5n,
  leaderEpoch: undefined,
  metadata: '',
  commitTimestamp: 1000n,
  expireTimestamp: undefined,
  topicId: undefined,
  recordOffset: 0n,
}
const MEMBER = {
  memberId: 'm',
  instanceId: null,
  clientId: 'c',
  clientHost: '/h',
  assigned: NOTHING_ASSIGNED,
}
const EMPTY = { ...SIMPLE_GROUP, protocolType: 'consumer', stateTimestamp: 2000n }
const READING = { ...EMPTY, members: [MEMBER], subscribedTopics: new Set(['t']) }

function consumerGroup(...subscribedTopics: string[]): Group {
  const group = new ModernGroup('consumer')
  if (subscribedTopics.length > 0) group.describe('m', { ...MEMBER, subscribedTopics })
  return group
}

const at = (timestamp: bigint) => ({ kind: 'at', timestamp })
const heldBy = (by: string) => ({ kind: 'held', by })

describe('when an offset expires', () => {
  it.each<[string, Group, object]>([
    ['of a group that only commits', SIMPLE_GROUP, at(1100n)],
    ['of a classic group since it is empty', EMPTY, at(2100n)],
    [
      'of one of old that does not say since when',
      { ...EMPTY, stateTimestamp: undefined },
      at(1100n),
    ],
    ['of a topic that is subscribed to', READING, heldBy('subscription')],
    ['of one no longer subscribed to', { ...READING, subscribedTopics: new Set() }, at(1100n)],
    [
      'of consumers that do not say what they read',
      { ...READING, subscribedTopics: undefined },
      heldBy('subscription'),
    ],
    [
      'of members that are no consumers',
      { ...READING, protocolType: 'connect', subscribedTopics: undefined },
      heldBy('members'),
    ],
    ['of a consumer group without members', consumerGroup(), at(1100n)],
    ['of a consumer group that reads it', consumerGroup('t'), heldBy('subscription')],
    ['of a consumer group that reads another', consumerGroup('u'), at(1100n)],
  ])('%s', (_, group, expected) => {
    expect(new ExpiryRule(group, RETENTION).of(OFFSET, false)).toEqual(expected)
  })

  it('is not while a transaction would commit another', () => {
    expect(new ExpiryRule(SIMPLE_GROUP, RETENTION).of(OFFSET, true)).toEqual(heldBy('transaction'))
  })

  it('is when an old record says so', () => {
    const old = { ...OFFSET, expireTimestamp: 77n }
    expect(new ExpiryRule(SIMPLE_GROUP, RETENTION).of(old, false)).toEqual(at(77n))
  })
})
