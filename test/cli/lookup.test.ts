import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const lookup = (log: string, offset: number) =>
  runInProcess(['lookup', join(FIXTURES, log), '--offset', String(offset)])

describe('a lookup', () => {
  it('fails over a batch whose checksum does not hold, and shows it', async () => {
    const { stdout, exitCode } = await lookup('damaged/bit-flip-crc/log/orders-0', 50)
    expect(stdout).toContain('CHECKSUM DOES NOT HOLD')
    expect(exitCode).toBe(1)
  })

  it('fails where damage lies before what it found, but not where compaction explains it', async () => {
    const damaged = await lookup('damaged/zeroed-range/log/orders-0', 51)
    expect(damaged.exitCode).toBe(1)
    expect(damaged.stderr).toMatch(/^kbroker: asked for offset 51, found 54: the log is damaged/)
    const compacted = await lookup('legacy-0.10/log/compacted-0', 3)
    expect(compacted.exitCode).toBe(0)
    expect(compacted.stderr).toMatch(/^kbroker: asked for offset 3, found 66:/)
  })

  it('by time fails where the record may be lost on the way, and only there', async () => {
    const byTime = (time: string) =>
      runInProcess([
        'lookup',
        join(FIXTURES, 'damaged/zeroed-range/log/orders-0'),
        '--time',
        time,
        '--json',
      ])
    const behind = await byTime('1700000166000')
    expect(JSON.parse(behind.stdout)).toMatchObject({ outcome: 'found', record: { offset: 54 } })
    expect(behind.stderr).toContain('is damaged on the way to time 1700000166000')
    expect(behind.stderr).toContain('bytes 806 to 1202 were skipped')
    expect(behind.exitCode).toBe(1)
    expect(await byTime('1700000202000')).toMatchObject({ stderr: '', exitCode: 0 })
  })

  it('says nothing where the record is the one asked for', async () => {
    const { stderr, exitCode } = await lookup('damaged/bit-flip-crc/log/orders-0', 52)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  })
})
