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
