import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { OS_ONLY } from '../../../src/inspect/flush/flush-policy.ts'
import { replayPartition } from '../../../src/inspect/flush/partition-replay.ts'
import { replay, type ReplayOptions } from '../../../src/inspect/flush/replay.ts'
import { distributionOf } from '../../../src/inspect/stats/histogram.ts'
import { encodeBatch, record } from '../../record/encode-batch.ts'
import { partitionsOf, readLog } from '../fixture-partitions.ts'

const limits = DEFAULT_DECODE_LIMITS
const everyTwo = { ...OS_ONLY, flushMessages: 2 }

/** Of one record each, at these times. */
function segment(baseOffset: bigint, times: readonly number[]): Buffer {
  const batches = times.map((timeMs, index) =>
    encodeBatch({
      baseOffset: baseOffset + BigInt(index),
      baseTimestamp: BigInt(timeMs),
      maxTimestamp: BigInt(timeMs),
      records: [record(0, null)],
    }),
  )
  return Buffer.concat(batches)
}

function replayOf(segments: readonly Buffer[], baseOffsets: readonly bigint[]) {
  const disk = new MemoryDisk()
  const files = segments.map((bytes, index) => {
    const path = `/${index}.log`
    disk.create(path).append(bytes)
    const log = { path, name: path, size: bytes.length, allocated: bytes.length, mtimeMs: 0 }
    return { baseOffset: baseOffsets[index]!, log }
  })
  const task = { segments: files, openBaseOffset: undefined, policies: [OS_ONLY, everyTwo], limits }
  return replayPartition(task, { disk, onProgress: () => undefined })
}

describe('the replay of a log', () => {
  it('flushes at each new segment, whatever the policy', () => {
    const segments = [segment(0n, [1000, 2000, 3000]), segment(3n, [4000, 6000])]
    const { figures, firstMs, lastMs, batches } = replayOf(segments, [0n, 3n])
    expect({ firstMs, lastMs, batches }).toEqual({ firstMs: 1000, lastMs: 6000, batches: 5 })
    expect(figures.map(({ flushes }) => flushes)).toEqual([1, 3])
    expect(figures.map(({ records }) => records.max)).toEqual([3, 1])
    expect(figures.map(({ waitedMs }) => waitedMs.max)).toEqual([3000, 2000])
  })

  it('counts batches that go back, and those without a time', () => {
    const found = replayOf([segment(0n, [-1, 2000, 1000, -1, 3000])], [0n])
    expect(found).toMatchObject({
      backwardBatches: 1,
      timelessBatches: 2,
      batches: 5,
      firstMs: 2000,
    })
    expect(found.figures[0]!.records.max).toBe(4)
  })

  it('tells of damage, and goes on with the next segment', () => {
    const broken = Buffer.concat([segment(0n, [1000]), Buffer.alloc(100, 1)])
    const { problems, batches } = replayOf([broken, segment(5n, [2000])], [0n, 5n])
    expect(problems).toEqual([expect.stringContaining('/0.log: bytes 68 to 167 were left out')])
    expect(batches).toBe(2)
  })
})

const partitions = partitionsOf('segments-3.9').map(({ topic, partition, path }) => ({
  topic,
  partition,
  log: readLog(path),
  policy: everyTwo,
}))

async function reportsOf(by: ReplayOptions['by']) {
  const options = { by, policies: [OS_ONLY], limits, workers: 1, onProgress: () => undefined }
  const reports = []
  for await (const event of replay(nodeDisk, partitions, options)) {
    if (event.kind === 'report') reports.push(event.report)
    else throw new Error(event.message)
  }
  return reports
}

describe('the replay of many logs', () => {
  it('of all together is the sum of each', async () => {
    const [all, ...others] = await reportsOf('all')
    expect(others).toEqual([])
    const each = await reportsOf('partition')
    expect(each).toHaveLength(partitions.length)
    for (const index of [0, 1]) {
      const flushes = each.reduce((sum, report) => sum + report.figures[index]!.flushes, 0)
      expect(all!.figures[index]!.flushes).toBe(flushes)
      const counts = each.map(({ figures }) => distributionOf(figures[index]!.bytes).count)
      const count = counts.reduce((sum, value) => sum + value, 0)
      expect(distributionOf(all!.figures[index]!.bytes).count).toBe(count)
    }
    expect(all!.batches).toBe(each.reduce((sum, { batches }) => sum + batches, 0))
  })

  it("names today's policy where it is the same everywhere", async () => {
    const [all] = await reportsOf('all')
    expect(all!.policy).toEqual(everyTwo)
  })
})
