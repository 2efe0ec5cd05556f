import { describe, expect, it } from 'vitest'
import { diskWith } from '../../src/disk/disk-with.ts'
import { withLateStatus } from '../../src/disk/late-status.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { readPartitionDirectory } from '../../src/log/partition-directory.ts'

function scene() {
  const memory = new MemoryDisk()
  memory.put('/t-0/00000000000000000000.log', Buffer.alloc(7))
  const asked: string[] = []
  const counted = diskWith(memory, {
    status: path => {
      asked.push(path)
      return memory.status(path)
    },
  })
  return { memory, asked, disk: withLateStatus(counted, path => path.endsWith('.log')) }
}

describe('a disk with late status', () => {
  it('is asked about a file once, when its size is', () => {
    const { asked, disk } = scene()
    const [segment] = readPartitionDirectory(disk, '/t-0').segments
    expect(asked).toEqual([])
    expect([segment!.log.size, segment!.log.size]).toEqual([7, 7])
    expect(asked).toEqual(['/t-0/00000000000000000000.log'])
  })

  it('knows nothing of a file that has gone meanwhile', () => {
    const { memory, disk } = scene()
    const [segment] = readPartitionDirectory(disk, '/t-0').segments
    memory.remove('/t-0/00000000000000000000.log')
    expect(segment!.log.size).toBe(0)
  })

  it('asks at once about what nobody listed', () => {
    const { disk } = scene()
    expect(disk.status('/elsewhere')).toBeUndefined()
  })
})
