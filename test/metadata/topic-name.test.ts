import { describe, expect, it } from 'vitest'
import { appendProblem } from '../../src/metadata/topic-name.ts'

describe('records of users', () => {
  it.each([
    '__cluster_metadata',
    '__consumer_offsets',
    '__transaction_state',
    '__share_group_state',
  ])('are not for %s', name => {
    expect(appendProblem(name)).toBe(`Cannot append to internal topic ${name}`)
  })

  it.each(['orders', '__orders', '_cluster_metadata', '__cluster_metadata-0'])(
    'are for %s',
    name => {
      expect(appendProblem(name)).toBeUndefined()
    },
  )
})
