import { describe, expect, it } from 'vitest'
import { coordinatorPartitionOf } from '../../../src/inspect/internal-topics/coordinator-place.ts'

describe('the partition that a coordinator keeps a name in', () => {
  it.each([
    ['group-1', 5, 4],
    ['simple', 5, 1],
    ['tx-group', 5, 0],
    ['hang-1', 4, 2],
  ])('is that of %s in %d partitions where Kafka put it', (name, count, partition) => {
    expect(coordinatorPartitionOf(name, count)).toBe(partition)
  })

  it('takes the hash without a positive counterpart for 0', () => {
    expect(coordinatorPartitionOf('polygenelubricants', 50)).toBe(0)
  })
})
