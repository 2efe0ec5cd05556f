import { expect, it } from 'vitest'
import { groupOffsetsText } from '../../../src/cli/render/groups-text.ts'
import type { GroupOffset } from '../../../src/inspect/groups/group-offsets.ts'

const PENDING: GroupOffset = {
  groupId: 'g',
  topic: 'orders',
  partition: 0,
  topicId: undefined,
  pending: [],
  place: 'here',
  logStartOffset: 0n,
  logEndOffset: 9n,
  lag: undefined,
}
const COMMITTED: GroupOffset = {
  ...PENDING,
  partition: 1,
  committed: {
    topic: 'orders',
    partition: 1,
    topicId: undefined,
    offset: 5n,
    recordOffset: 0n,
    leaderEpoch: -1,
    metadata: '',
    commitTimestamp: 0n,
    expireTimestamp: undefined,
  },
}

it('an offset that is only pending in a transaction has no row, as with a broker', () => {
  expect(groupOffsetsText([PENDING], false)).toEqual([])
  const [, header, ...rows] = groupOffsetsText([PENDING, COMMITTED], false)
  expect(header).toMatch(/^GROUP/)
  expect(rows).toEqual([expect.stringMatching(/^g +orders +1 +5 +9/)])
})
