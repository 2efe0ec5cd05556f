import { describe, expect, it } from 'vitest'
import { AssertionError } from '../../src/base/errors.ts'
import {
  leaderChangeBatch,
  metadataBatch,
  snapshotBatches,
} from '../../src/metadata/metadata-batches.ts'
import { decodeMetadataRecord } from '../../src/metadata/metadata-records.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import { decodeControlRecord } from '../../src/protocol/control-record.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { fixturePath } from '../log/fixture.ts'
import { batchesOf, bytesOf, metadataRecordsOf, pairsOf } from './fixture-batches.ts'

const SEGMENT = '00000000000000000000.log'
const LOGS = [
  ['clean-4.3', 'a'],
  ['tiered-4.3', 'log'],
  ['internal-4.3', 'log'],
  ['transactions-4.3', 'log'],
  ['kraft-dynamic-4.3', 'log'],
  ['segments-3.9', 'log'],
] as const

const NOTHING = { key: null, value: null }
const BOOTSTRAP = fixturePath('clean-4.3', 'a', 'bootstrap.checkpoint')

describe('a metadata batch', () => {
  it.each(LOGS)('is byte for byte what Kafka wrote of the same records: %s/%s', (...names) => {
    const log = fixturePath(...names, '__cluster_metadata-0', SEGMENT)
    const batches = batchesOf(log).filter(batch => !batch.isControl)
    expect(batches.length).toBeGreaterThan(5)
    for (const batch of batches) {
      const records = pairsOf(batch).map(({ value }) => decodeMetadataRecord(value))
      expect(metadataBatch(records, optionsOf(batch)).toString('hex')).toEqual(
        bytesOf(batch).toString('hex'),
      )
    }
  })

  it('is refused where a controller would not append it at once', () => {
    const record = newRecord('ConfigRecord', { value: 'x'.repeat(30_000) })
    const options = { leaderEpoch: 1, timestamp: 0n }
    const build = () =>
      metadataBatch(
        Array.from({ length: 300 }, () => record),
        options,
      )
    expect(build).toThrow(AssertionError)
  })
})

describe('the batch that a term begins with', () => {
  it('is byte for byte that of Kafka', () => {
    const [batch] = batchesOf(fixturePath('clean-4.3', 'a', '__cluster_metadata-0', SEGMENT))
    expect(leaderChangeBatch(1, [1], optionsOf(batch!)).toString('hex')).toEqual(
      bytesOf(batch!).toString('hex'),
    )
  })
})

describe('the batches of a snapshot', () => {
  it('are byte for byte those of a bootstrap.checkpoint', () => {
    for (const [index, batch] of batchesOf(BOOTSTRAP).entries()) {
      const built = snapshotBatches(metadataRecordsOf(BOOTSTRAP), optionsOf(batch))
      expect(built).toHaveLength(3)
      expect(built[index]?.toString('hex')).toEqual(bytesOf(batch).toString('hex'))
    }
  })

  it('tell of what time the last record is that they contain', () => {
    const options = { leaderEpoch: 3, timestamp: 9n, lastContainedLogTimestamp: 7n }
    const [header] = snapshotBatches([], options)
    const batch = new BatchV2(header!)
    const [{ key, value } = NOTHING] = pairsOf(batch)
    expect(batch).toMatchObject({ partitionLeaderEpoch: 3, isControl: true })
    expect(decodeControlRecord(key, value)).toMatchObject({
      type: 'SNAPSHOT_HEADER',
      value: { lastContainedLogTimestamp: 7n },
    })
  })

  it('are two where there are no records', () => {
    expect(snapshotBatches([], { leaderEpoch: 0, timestamp: 0n })).toHaveLength(2)
  })
})

function optionsOf({ partitionLeaderEpoch, baseTimestamp, baseOffset }: BatchV2) {
  return { leaderEpoch: partitionLeaderEpoch, timestamp: baseTimestamp, baseOffset }
}
