import fs from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { MEBIBYTE } from '../../../src/base/limits.ts'
import { libc } from '../../../src/disk/libc.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { evict, isResident } from '../../../src/disk/page-cache.ts'
import { evictLogs, warm } from '../../../src/inspect/page-cache/change-residency.ts'
import { partitionResidency } from '../../../src/inspect/page-cache/partition-residency.ts'
import { isBackedByDisk, scratchDirectory } from '../../disk/scratch.ts'
import { encodeBatch, record } from '../../record/encode-batch.ts'
import { readLog } from '../fixture-partitions.ts'

const scratch = scratchDirectory()
const folder = join(scratch, 'orders-0')
const BATCHES = 64
const canEvict = libc() !== undefined && isBackedByDisk(scratch)
const unheard = () => undefined

/** Two segments of 64 batches, one of ten records and 128 KiB each, one second apart. */
beforeEach(() => {
  fs.mkdirSync(folder, { recursive: true })
  for (const first of [0, BATCHES]) {
    const batches = Array.from({ length: BATCHES }, (_, index) => batchAt(first + index))
    const name = `${String(first * 10).padStart(20, '0')}.log`
    fs.writeFileSync(join(folder, name), Buffer.concat(batches), { flush: true })
  }
})

const BATCH_BYTES = batchAt(0).length

describe.runIf(canEvict)('a lag that is served from memory', () => {
  it('is all of a log that is resident', () => {
    expect(look()).toMatchObject({
      residentBytes: 2 * BATCHES * BATCH_BYTES,
      served: {
        offset: 0n,
        logEndOffset: 1280n,
        bytes: 2 * BATCHES * BATCH_BYTES,
        spanMs: 127_000n,
      },
    })
  })

  it('begins with the first batch that is resident as a whole, as is all behind it', () => {
    evict(segmentPath(0), [{ position: 0, size: 4 * MEBIBYTE }])
    const first = Math.ceil((4 * MEBIBYTE) / BATCH_BYTES)
    const count = 2 * BATCHES - first
    const spanMs = BigInt(count - 1) * 1000n
    expect(look().served).toMatchObject({ bytes: count * BATCH_BYTES, spanMs })
    expect(look().served.offset).toBe(BigInt(first * 10))
  })

  it('ends at a hole, whatever is resident before it', () => {
    evict(segmentPath(1), [{ position: 2 * MEBIBYTE, size: 2 * MEBIBYTE }])
    const first = BATCHES + Math.ceil((4 * MEBIBYTE) / BATCH_BYTES)
    expect(look().served.offset).toBe(BigInt(first * 10))
  })

  it('is none where nothing is resident, and looking brings nothing in', () => {
    evictLogs(readLog(folder).segments)
    for (let round = 0; round < 2; round++) {
      expect(look()).toMatchObject({ residentBytes: 0, served: { offset: 1280n, bytes: 0 } })
    }
  })
})

describe.runIf(canEvict)('bringing records in', () => {
  it('brings in the batches of the range, and tells how much', () => {
    evictLogs(readLog(folder).segments)
    const range = { from: 625n, to: 655n }
    const { bytes, residentBefore, residentAfter } = warm(nodeDisk, readLog(folder), range, unheard)
    expect({ bytes, residentBefore, residentAfter }).toEqual({
      bytes: 4 * BATCH_BYTES,
      residentBefore: 0,
      residentAfter: 4 * BATCH_BYTES,
    })
    expect(residentIn(0, 62, 64) + residentIn(1, 0, 2)).toBe(4 * BATCH_BYTES)
  })

  it('brings in nothing for an empty range', () => {
    evictLogs(readLog(folder).segments)
    const { bytes } = warm(nodeDisk, readLog(folder), { from: 30n, to: 30n }, unheard)
    expect(bytes).toBe(0)
    expect(look().residentBytes).toBe(0)
  })

  it('is undone by giving all up', () => {
    const { bytes, residentAfter } = evictLogs(readLog(folder).segments)
    expect({ bytes, residentAfter }).toEqual({ bytes: 2 * BATCHES * BATCH_BYTES, residentAfter: 0 })
  })
})

function look() {
  return partitionResidency(nodeDisk, readLog(folder))!
}

function segmentPath(index: number): string {
  return readLog(folder).segments[index]!.log.path
}

function residentIn(index: number, firstBatch: number, lastBatch: number): number {
  const size = (lastBatch - firstBatch) * BATCH_BYTES
  return isResident(segmentPath(index), firstBatch * BATCH_BYTES, size)!.residentBytes
}

function batchAt(index: number): Buffer {
  const value = 'x'.repeat(13_000)
  return encodeBatch({
    baseOffset: BigInt(index * 10),
    baseTimestamp: BigInt(1_700_000_000_000 + index * 1000),
    maxTimestamp: BigInt(1_700_000_000_000 + index * 1000),
    records: Array.from({ length: 10 }, (_, delta) => record(delta, value)),
  })
}
