import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { logEnd } from '../../../src/inspect/offsets/log-bounds.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { OFFSET_INDEX_ENTRY } from '../../../src/log/offset-index.ts'
import { encodeBatch, record } from '../../record/encode-batch.ts'

const FOLDER = '/data/orders-0'
const COUNT = 8
const BATCHES = Array.from({ length: COUNT }, (_, i) =>
  encodeBatch({ baseOffset: BigInt(i), records: [record(0, 'value')] }),
)
const SIZE = BATCHES[0]!.length

/** Of one batch an offset, the last `indexed` of them in the index, the last `bad` with a checksum that does not hold. */
function endOf({ indexed, bad }: { indexed: number; bad: number }): bigint {
  const disk = new MemoryDisk()
  const log = Buffer.concat(BATCHES)
  for (let i = COUNT - bad; i < COUNT; i++) log[(i + 1) * SIZE - 1]! ^= 1
  disk.put(`${FOLDER}/00000000000000000000.log`, log)
  const entries = Array.from({ length: indexed }, (_, i) => COUNT - indexed + i).map(i =>
    OFFSET_INDEX_ENTRY.encode({ relativeOffset: i, position: i * SIZE }),
  )
  disk.put(`${FOLDER}/00000000000000000000.index`, Buffer.concat(entries))
  const reader = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
  return logEnd(disk, reader.read(FOLDER)).logEndOffset
}

describe('the end of a log that was not closed', () => {
  it.each([
    [0, 0, 8n],
    [7, 0, 8n],
    [7, 1, 7n],
    [7, 3, 5n],
    [2, 3, 5n],
    [7, 8, 0n],
    [0, 1, 7n],
  ])('with %i batches indexed and %i bad ones at its end is %i', (indexed, bad, end) => {
    expect(endOf({ indexed, bad })).toBe(end)
  })
})

describe('the end of a log that was closed', () => {
  const endAndDoubt = (
    entries: readonly (readonly [number, number])[] | undefined,
    bad?: number,
  ) => {
    const disk = new MemoryDisk()
    const log = Buffer.concat(BATCHES)
    if (bad !== undefined) log[(bad + 1) * SIZE - 1]! ^= 1
    disk.put('/data/.kafka_cleanshutdown', Buffer.alloc(0))
    disk.put(`${FOLDER}/00000000000000000000.log`, log)
    const encoded = entries?.map(([relativeOffset, position]) =>
      OFFSET_INDEX_ENTRY.encode({ relativeOffset, position }),
    )
    if (encoded) disk.put(`${FOLDER}/00000000000000000000.index`, Buffer.concat(encoded))
    const reader = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
    const { logEndOffset, endDamage } = logEnd(disk, reader.read(FOLDER))
    return [logEndOffset, endDamage && `${endDamage.reason}: ${endDamage.found}`]
  }

  it('is not doubted where the index agrees', () => {
    expect(endAndDoubt([[6, 6 * SIZE]])).toEqual([8n, undefined])
    expect(endAndDoubt([[6, 6 * SIZE]], 2)).toEqual([8n, undefined])
  })

  it('is doubted where a broker is misled by the index', () => {
    expect(endAndDoubt([[6, 6 * SIZE + 5]])).toEqual([8n, expect.stringContaining('leads astray')])
    expect(endAndDoubt([[600, 6 * SIZE]])).toEqual([8n, expect.stringContaining('behind the end')])
  })

  it('is doubted where a broker reads the segment for want of its index, and cuts it', () => {
    expect(endAndDoubt(undefined)).toEqual([8n, undefined])
    expect(endAndDoubt(undefined, 2)).toEqual([8n, expect.stringContaining('checksum is wrong')])
  })
})
