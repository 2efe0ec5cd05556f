import { expect, it } from 'vitest'
import { deletionProblem } from '../../../src/maintenance/trim/deletion-problem.ts'

it.each(['__consumer_offsets', '__transaction_state', '__share_group_state'])(
  'records of %s are not deleted, whatever its policy is',
  topic => {
    expect(deletionProblem(topic, 'compact,delete')).toMatch(/is an internal topic/)
  },
)

it('records of a topic that is only compacted are not deleted', () => {
  expect(deletionProblem('orders', 'compact')).toBe(
    'orders has cleanup.policy=compact: records are deleted only where delete is in it',
  )
})

it.each([undefined, 'delete', 'compact, delete', ''])('they are with cleanup.policy %s', policy => {
  expect(deletionProblem('orders', policy)).toBeUndefined()
})
