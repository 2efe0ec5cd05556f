import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const damaged = (name: string) => join(FIXTURES, `damaged/${name}/log/orders-0`)

describe('a log that was closed and ends in damage', () => {
  it.each([
    ['duplicated-batch', 72, 'bytes 948 to 1092 are left out of account: found a batch below'],
    ['truncated-tail', 71, 'bytes 803 to 842 are left out of account: found no whole batch'],
    ['zero-filled-tail', 72, 'bytes 948 to 1459 are left out of account: found impossible size'],
  ])('has no end that offsets would be sure of: %s', async (name, end, words) => {
    const { stdout, stderr, exitCode } = await runInProcess(['offsets', damaged(name)])
    expect({ stdout, exitCode }).toEqual({ stdout: `orders:0:${end}\n`, exitCode: 1 })
    expect(stderr).toMatch(/^kbroker: orders-0: the end of the log is not known for sure: /)
    expect(stderr).toContain(words)
  })

  it('has a beginning that nobody doubts', async () => {
    const args = ['offsets', damaged('truncated-tail'), '--time', 'earliest']
    expect(await runInProcess(args)).toMatchObject({
      stdout: 'orders:0:0\n',
      stderr: '',
      exitCode: 0,
    })
  })

  it.each(['72', '80'])('may hold there what lookup does not find: offset %s', async offset => {
    const args = ['lookup', damaged('zero-filled-tail'), '--offset', offset]
    const { stderr, exitCode } = await runInProcess(args)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`offset ${offset} is out of range`)
    expect(stderr).toContain('bytes 948 to 1459 are left out of account')
  })
})

describe('a log that was not closed', () => {
  let logDir: string

  beforeEach(() => {
    logDir = mkdtempSync(join(tmpdir(), 'kbroker-end-'))
  })

  afterEach(() => {
    rmSync(logDir, { recursive: true })
  })

  it('may end in zeros, or within a batch', async () => {
    for (const name of ['zero-filled-tail', 'truncated-tail']) {
      const folder = join(logDir, name, 'orders-0')
      cpSync(damaged(name), folder, { recursive: true })
      expect(await runInProcess(['offsets', folder, '--quiet'])).toMatchObject({
        stderr: '',
        exitCode: 0,
      })
    }
  })

  it('does not end in something else without a word', async () => {
    const folder = join(logDir, 'orders-0')
    cpSync(damaged('zero-filled-tail'), folder, { recursive: true })
    writeFileSync(join(folder, '00000000000000000062.log'), 'x'.repeat(500), { flag: 'a' })
    const { stderr, exitCode } = await runInProcess(['offsets', folder, '--quiet'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('bytes 948 to 1959 are left out of account')
  })

  it('holds what lies behind damage, for dump as for search', async () => {
    const folder = join(logDir, 'orders-0')
    mkdirSync(folder)
    const last = '00000000000000000041.log'
    cpSync(join(FIXTURES, 'damaged/zeroed-range/log/orders-0', last), join(folder, last))
    for (const range of ['58:60', '58:', '-3:']) {
      const searched = await runInProcess(['search', folder, '--offsets', range, '--json'])
      const args = ['--offsets', range, '--deep-iteration', '--resync', '--json']
      const dumped = await runInProcess(['dump', folder, ...args])
      const offsets = offsetsIn(searched.stdout)
      expect(offsets).toContain(58)
      expect(offsetsIn(dumped.stdout)).toEqual(offsets)
      expect(searched.stderr + dumped.stderr).not.toContain('holds nothing')
    }
  })
})

function offsetsIn(lines: string): number[] {
  return lines
    .split('\n')
    .filter(line => line.includes('"value"'))
    .map(line => (JSON.parse(line) as { offset: number }).offset)
}
