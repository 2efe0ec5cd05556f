import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const BATCH_AT = 563
const scratch = mkdtempSync(join(tmpdir(), 'kbroker-misplaced-'))
const partition = join(scratch, 'records-none-0')
const log = join(partition, '00000000000000000000.log')

cpSync(join(FIXTURES, 'clean-4.3/a/records-none-0'), partition, { recursive: true })
const bytes = readFileSync(log)
bytes[BATCH_AT]! ^= 0x80
writeFileSync(log, bytes)

afterAll(() => rmSync(scratch, { recursive: true }))

describe('a batch whose base offset lost its sign, which no checksum covers', () => {
  it('is a failure of search, whatever the range', async () => {
    for (const range of [[], ['--offsets', '9:12'], ['--from', '2023-11-14']]) {
      const { stderr, exitCode } = await runInProcess(['search', partition, ...range])
      expect(stderr).toContain(`at byte ${BATCH_AT}: the batch was skipped: it claims offset -922`)
      expect(exitCode).toBe(1)
    }
  })

  it('is told of by a dump that a range keeps from showing it', async () => {
    const { stderr, exitCode } = await runInProcess(['dump', partition, '--offsets', '9:12'])
    expect(stderr).toContain(`at byte ${BATCH_AT}: the batch claims offsets that its segment`)
    expect(exitCode).toBe(1)
  })

  it('is told of by lookup, and not taken for a gap of compaction', async () => {
    const { stderr, exitCode } = await runInProcess(['lookup', partition, '--offset', '10'])
    expect(stderr).toContain('asked for offset 10, found 12: the log is damaged on the way')
    expect(stderr).toContain(
      `at byte ${BATCH_AT}: the batch claims offsets that its segment cannot`,
    )
    expect(exitCode).toBe(1)
  })
})
