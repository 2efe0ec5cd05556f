import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const LOST = '1700000166000'
const logDir = (name: string) => join(FIXTURES, `damaged/${name}/log`)

describe('a time whose record is lost', () => {
  it.each(['zeroed-range', 'bit-flip-length'])(
    'is no offset where a broker would fail: %s',
    async name => {
      const { stdout, stderr, exitCode } = await runInProcess([
        'offsets',
        logDir(name),
        '--time',
        LOST,
      ])
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
      expect(stderr).toMatch(
        /^kbroker: no offsets of orders-0: .*00000000000000000041\.log at byte /,
      )
    },
  )

  it('is no offset where the log seems to end for a broker', async () => {
    const args = ['offsets', logDir('bit-flip-length-beyond'), '--time', LOST, '--all']
    expect(await runInProcess(args)).toMatchObject({ stdout: 'orders:0:\n', exitCode: 0 })
  })

  it.each([
    ['zeroed-range', 54],
    ['bit-flip-length', 52],
    ['bit-flip-length-beyond', 52],
    ['missing-segment', 50],
  ])('begins a range with the next record that can be read: %s, %d', async (name, offset) => {
    const args = ['--offsets', `@${LOST}:`, '--deep-iteration', '--resync', '--json']
    const { stdout } = await runInProcess(['dump', logDir(name), ...args])
    const record = stdout.split('\n').find(line => line.startsWith('{"kind":"record"'))
    expect(JSON.parse(record ?? '{}')).toMatchObject({ offset })
  })
})
