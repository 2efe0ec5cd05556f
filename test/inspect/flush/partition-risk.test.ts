import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { partitionRisk } from '../../../src/inspect/flush/partition-risk.ts'
import { localLogStartOffset } from '../../../src/inspect/offsets/log-bounds.ts'
import type { PartitionLog } from '../../../src/inspect/offsets/partition-log.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { partitionsOf, readLog } from '../fixture-partitions.ts'

const killed = partitionsOf('killed-4.3').filter(({ topic }) => topic !== 'moving')

describe.each(killed)('at risk in $name', ({ path }) => {
  const log = readLog(path)

  it('is what lies from the recovery point on', () => {
    const { bytes, records, logEndOffset, oldestTimestamp } = partitionRisk(nodeDisk, log)
    const from = log.recoveryPointCheckpoint ?? 0n
    expect({ bytes, oldestTimestamp }).toEqual(countFrom(log, from, logEndOffset))
    expect(records).toBe(logEndOffset - from)
  })

  it('is what lies from any offset on, that is noted down', () => {
    const { logEndOffset } = partitionRisk(nodeDisk, log)
    for (const from of boundariesOf(log)) {
      const noted = { ...log, recoveryPointCheckpoint: from }
      const { bytes, oldestTimestamp } = partitionRisk(nodeDisk, noted)
      expect({ bytes, oldestTimestamp }).toEqual(countFrom(log, from, logEndOffset))
    }
  })
})

describe('nothing is at risk', () => {
  const [partition] = killed
  const log = readLog(partition!.path)
  const nothing = { bytes: 0, records: 0n, unwritten: { dirtyBytes: 0, writingBytes: 0 } }

  it.each([
    ['of a log that was closed', { isClean: true }],
    ['behind its end', { recoveryPointCheckpoint: 1_000_000n }],
    [
      'of a log that KRaft flushes',
      { directory: { ...log.directory, topic: '__cluster_metadata' } },
    ],
  ])('%s', (_, change) => {
    expect(partitionRisk(nodeDisk, { ...log, ...change })).toMatchObject(nothing)
  })
})

it('a log that was never noted down is at risk from its start', () => {
  const { path } = killed.find(({ topic }) => topic === 'expired')!
  const log = readLog(path)
  const risk = partitionRisk(nodeDisk, { ...log, recoveryPointCheckpoint: undefined })
  expect(risk.records).toBe(risk.logEndOffset - localLogStartOffset(log))
})

function* batchesOf(log: PartitionLog) {
  for (const segment of log.segments) {
    const file = nodeDisk.open(segment.log.path)
    const scanner = new BatchScanner(file)
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      const { baseOffset, lastOffset, maxTimestamp, size } = batch
      yield { baseOffset, lastOffset, maxTimestamp, size }
    }
    file.close()
  }
}

function boundariesOf(log: PartitionLog): bigint[] {
  return [...batchesOf(log)].map(({ baseOffset }) => baseOffset)
}

function countFrom(log: PartitionLog, from: bigint, to: bigint) {
  const start = localLogStartOffset(log)
  const batches = [...batchesOf(log)].filter(
    ({ lastOffset }) => lastOffset >= start && lastOffset >= from && lastOffset < to,
  )
  return {
    bytes: batches.reduce((sum, { size }) => sum + size, 0),
    oldestTimestamp: batches[0]?.maxTimestamp,
  }
}
