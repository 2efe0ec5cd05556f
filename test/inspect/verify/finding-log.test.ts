import { expect, test } from 'vitest'
import { startOf } from '../../../src/inspect/verify/finding.ts'
import { FindingLog } from '../../../src/inspect/verify/finding-log.ts'
import { FINDING_KINDS } from '../../../src/inspect/verify/finding-kinds.ts'

const place = (file: string, position: number) => ({ file, position, found: 'x', expected: 'y' })

test('findings come in the order of files and positions', () => {
  const log = new FindingLog()
  log.add('batch-crc', place('/b', 5))
  log.add('index-entry', place('/a', 9))
  log.add('batch-crc', place('/a', 10))
  log.add('batch-crc', place('/a', 9))
  const order = log.result().map(({ file, position, kind }) => [file, position, kind])
  expect(order).toEqual([
    ['/a', 9, 'batch-crc'],
    ['/a', 9, 'index-entry'],
    ['/a', 10, 'batch-crc'],
    ['/b', 5, 'batch-crc'],
  ])
})

test('a million wrong entries of one file are told in a hundred and one findings', () => {
  const log = new FindingLog()
  for (let position = 0; position < 1_000_000; position++) {
    log.add('index-entry', place('/a', position))
  }
  const findings = log.result()
  expect(findings).toHaveLength(101)
  expect(findings.at(-1)?.found).toBe('x (the last of 999900 more)')
})

test('what a broker does depends on how it loads the segment', () => {
  const log = new FindingLog()
  log.add('batch-crc', place('/a', 1), startOf('trusted'))
  log.add('batch-crc', place('/a', 2), startOf('recovered'))
  const reindexing = startOf('trusted')
  log.add('batch-crc', place('/a', 3), reindexing)
  log.add('index-missing', place('/a.index', 0), reindexing)
  const [trusted, recovered, reindexed] = log.result()
  expect(trusted?.atStart).toContain('does not notice')
  expect(recovered?.atStart).toContain('Found invalid messages in log segment')
  expect(reindexed?.atStart).toContain('cuts it here; later segments stay')
})

test('nobody is told to have a damaged segment read through, whatever was found first', () => {
  const log = new FindingLog()
  const [damaged, sound] = [startOf('trusted'), startOf('trusted')]
  log.add('index-order', place('/a.index', 1), damaged)
  log.add('batch-size', place('/a.log', 1), damaged)
  log.add('index-missing', place('/a.missing', 1), damaged)
  log.add('index-order', place('/b.index', 1), sound)
  damaged.isUnsafeToRead = damaged.isCutWhenRead
  sound.isUnsafeToRead = sound.isCutWhenRead
  const fixes = log.result().map(({ file, fix }) => [file, fix])
  expect(fixes).toEqual([
    ['/a.index', expect.stringContaining('leave the .index where it is')],
    ['/a.log', expect.not.stringMatching(/start the broker/)],
    ['/a.missing', expect.stringContaining('start no broker on it')],
    ['/b.index', expect.stringContaining('.index: all its indexes are made anew')],
  ])
})

test('every kind says what a broker does and what helps', () => {
  for (const { atStart, fix } of Object.values(FINDING_KINDS)) {
    expect(atStart).not.toBe('')
    expect(fix).not.toBe('')
  }
})
