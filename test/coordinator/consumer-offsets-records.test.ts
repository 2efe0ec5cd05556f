import { describe, expect, it } from 'vitest'
import {
  classicMembers,
  consumerOffsetsSerde,
  decodeGroupRecord,
  type GroupMetadataValue,
  type GroupRecord,
} from '../../src/coordinator/consumer-offsets-records.ts'
import { RefusedRecordError } from '../../src/protocol/dumped-record.ts'

/** By hand: group g commits offset 5 of t-0, without a leader epoch. */
const COMMIT_KEY = Buffer.from('0001' + '000167' + '000174' + '00000000', 'hex')
const COMMIT_VALUE = Buffer.from(
  '0003' + '0000000000000005' + 'ffffffff' + '0000' + '0000018bcfe56800',
  'hex',
)

const MEMBER = {
  memberId: 'm',
  groupInstanceId: null,
  clientId: 'c',
  clientHost: '/127.0.0.1',
  rebalanceTimeout: 300_000,
  sessionTimeout: 45_000,
}
/** topics [t], no user data; t-0 and t-1 assigned. */
const SUBSCRIPTION = Buffer.from('0000' + '00000001' + '000174' + 'ffffffff', 'hex')
const ASSIGNMENT = Buffer.from(
  '0000' + '00000001' + '000174' + '00000002' + '00000000' + '00000001' + 'ffffffff',
  'hex',
)

describe('records of __consumer_offsets', () => {
  it('tell an offset commit by its type', () => {
    const record = decodeGroupRecord(COMMIT_KEY, COMMIT_VALUE)
    if (record.type !== 'OffsetCommit') throw new Error(`is ${record.type}`)
    expect(record.key).toEqual({ group: 'g', topic: 't', partition: 0 })
    expect(record.version).toBe(3)
    expect(record.value).toMatchObject({
      offset: 5n,
      leaderEpoch: -1,
      commitTimestamp: 1_700_000_000_000n,
      expireTimestamp: -1n,
    })
  })

  it('tell a tombstone by its null value', () => {
    expect(decodeGroupRecord(COMMIT_KEY, null)).toMatchObject({ type: 'OffsetCommit', value: null })
  })

  it('name the id of a type that is none of theirs', () => {
    const key = Buffer.from('0009', 'hex')
    expect(decodeGroupRecord(key, null)).toEqual({ type: 'unknown', id: 9 })
  })

  it('are refused in a version that is none of theirs', () => {
    const value = Buffer.from(COMMIT_VALUE)
    value.writeInt16BE(5, 0)
    expect(() => decodeGroupRecord(COMMIT_KEY, value)).toThrow(RefusedRecordError)
  })

  it('come back as they were written', () => {
    const record = decodeGroupRecord(COMMIT_KEY, COMMIT_VALUE) as GroupRecord
    expect(consumerOffsetsSerde.encode(record)).toEqual({ key: COMMIT_KEY, value: COMMIT_VALUE })
    const tombstone = decodeGroupRecord(COMMIT_KEY, null) as GroupRecord
    expect(consumerOffsetsSerde.encode(tombstone)).toEqual({ key: COMMIT_KEY, value: null })
  })
})

describe('members of a classic group', () => {
  it('say what they subscribe to and were assigned', () => {
    const [member] = classicMembers(group('consumer', SUBSCRIPTION, ASSIGNMENT))
    expect(member?.decodedSubscription?.topics).toEqual(['t'])
    expect(member?.decodedAssignment?.assignedPartitions).toEqual([
      { topic: 't', partitions: [0, 1] },
    ])
  })

  it('say nothing where the bytes are empty, damaged, or not of consumers', () => {
    const nothing = { decodedSubscription: null, decodedAssignment: null }
    const cut = SUBSCRIPTION.subarray(0, 9)
    expect(classicMembers(group('consumer', Buffer.alloc(0), cut))[0]).toMatchObject(nothing)
    expect(classicMembers(group('connect', SUBSCRIPTION, ASSIGNMENT))[0]).toMatchObject(nothing)
  })
})

function group(protocolType: string, subscription: Buffer, assignment: Buffer): GroupMetadataValue {
  const members = [{ ...MEMBER, subscription, assignment }]
  const state = { generation: 1, protocol: 'range', leader: 'm', currentStateTimestamp: 0n }
  return { protocolType, ...state, members }
}
