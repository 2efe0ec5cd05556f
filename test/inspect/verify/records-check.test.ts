import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { checkRecords } from '../../../src/inspect/verify/records-check.ts'
import { batchAt } from '../../../src/record/records.ts'
import { encodeBatch, record, type TestBatch } from '../../record/encode-batch.ts'

const RECORDS = [record(0, 'a'), record(1, 'b')]
const check = (batch: TestBatch) =>
  checkRecords(batchAt(encodeBatch(batch), 0), DEFAULT_DECODE_LIMITS)

describe('a batch that declares another number of records than it holds', () => {
  it.each([
    [0, /^16 bytes of records/],
    [1, /bytes left behind the last record/],
    [3, /./],
  ])('%i for 2', (recordsCount, found) => {
    const { flaw } = check({ records: RECORDS, recordsCount })
    expect(flaw).toMatchObject({ kind: 'records', found: expect.stringMatching(found) as string })
  })

  it('is none where compaction took all of them', () => {
    expect(check({ records: [], lastOffsetDelta: 5 }).flaw).toBeUndefined()
    expect(check({ records: RECORDS }).flaw).toBeUndefined()
  })
})
