import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { parseOffsetQuery } from '../../../src/cli/commands/offsets.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { reportOffsets } from '../../../src/inspect/offsets/offsets-report.ts'
import { FIXTURES, partitionsOf, readLog } from '../fixture-partitions.ts'

/** What only the remote storage of a tiered topic knows. */
const REMOTE = new Set(['tiered-4.3 latest-tiered', 'tiered-4.3 1700000010000'])

const expectedFiles = fs
  .readdirSync(FIXTURES)
  .map(fixture => ({ fixture, path: join(FIXTURES, fixture, 'expected/offsets.txt') }))
  .filter(({ path }) => fs.existsSync(path))

describe('offsets that kafka-get-offsets told while the broker ran', () => {
  for (const { fixture, path } of expectedFiles) {
    const lines = fs.readFileSync(path, 'utf8').trimEnd().split('\n')
    const times = [...new Set(lines.map(line => line.split(' ')[0]!))]
    it.each(times.filter(time => !REMOTE.has(`${fixture} ${time}`)))(`${fixture}, %s`, time => {
      const expected = lines.filter(line => line.startsWith(`${time} `))
      const query = parseOffsetQuery(time, 0)
      const options = { query, everyOffset: false, limits: DEFAULT_DECODE_LIMITS }
      const actual = [...reportOffsets(nodeDisk, partitionsOf(fixture), options)].flatMap(item => {
        if ('error' in item) throw item.error
        if (item.answer === undefined) return []
        return [`${time} ${item.topic}:${item.partition}:${item.answer.offset}`]
      })
      expect(actual.sort()).toEqual(expected.sort())
    })
  }
})

describe('offsets of partitions with transactions', () => {
  it.each([
    ['payments-0', 84n],
    ['ledger-0', 9n],
    ['ledger-1', 6n],
  ])('%s is stable up to where the first open transaction begins', (name, lastStableOffset) => {
    const path = join(FIXTURES, 'transactions-4.3/log', name)
    const [first] = reportOffsets(nodeDisk, [{ topic: '', partition: 0, path }], {
      query: { kind: 'latest' },
      everyOffset: true,
      limits: DEFAULT_DECODE_LIMITS,
    })
    expect(first).toMatchObject({ offsets: { lastStableOffset } })
  })
})

describe('a partition log', () => {
  it('knows a log that begins in a remote storage', () => {
    const log = readLog(join(FIXTURES, 'tiered-4.3/log/events-0'))
    expect(log).toMatchObject({ isTiered: true, isClean: true, logStartCheckpoint: 30n })
  })

  it('has nothing noted down about a copy', () => {
    const log = readLog(join(FIXTURES, 'clean-4.3/expected'))
    expect(log).toMatchObject({ isTiered: false, isClean: false, segments: [] })
    expect(log.highWatermarkCheckpoint).toBeUndefined()
  })
})
