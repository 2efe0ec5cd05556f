import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runInProcess } from './run-in-process.ts'

describe('a command that there is not', () => {
  it.each([
    ['serch', '--help'],
    ['serch', '-h'],
    ['help', 'serch'],
    ['--help', 'serch'],
    ['serch'],
  ])('is an error with a suggestion, whatever stands beside it: %s %s', async (...args) => {
    const { stdout, stderr, exitCode } = await runInProcess(args)
    expect(stderr).toContain("unknown command 'serch'\n(Did you mean search?)")
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })

  it('does not keep the others from being helped with', async () => {
    for (const args of [['help', 'dump'], ['dump', '--help'], ['help'], ['help', 'help'], ['-h']]) {
      const { stdout, exitCode } = await runInProcess(args)
      expect(stdout).toContain('Usage: kbroker')
      expect(exitCode).toBe(0)
    }
  })
})

describe('options that have no say in JSON', () => {
  it.each([
    ['offsets', '--table', '--json'],
    ['stats', '--histogram none', '--json'],
    ['log-dirs', '--by topic', '--json'],
    ['log-dirs', '--sort size', '--kafka-json'],
    ['log-dirs', '--bytes', '--describe'],
  ])('are refused beside it: %s %s %s', async (command, option, json) => {
    const { stderr, exitCode } = await runInProcess([command, '/', ...option.split(' '), json])
    expect(stderr).toContain(`cannot be used with option '${json}'`)
    expect(exitCode).toBe(2)
  })
})

const PARTITION = join(import.meta.dirname, '../../fixtures/clean-4.3/a/records-none-0')

describe('a size in bytes', () => {
  const verifyWith = (size: string) =>
    runInProcess(['verify', PARTITION, '--max-batch-bytes', size])

  it.each(['1048576', '512KiB', '64m', '1GiB', '1GB'])('may be %s', async size => {
    const { stderr, exitCode } = await verifyWith(size)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
  })

  it.each(['', '0', '-1', '1.5GiB', '1TiB', 'GiB', '8GiB'])('may not be %j', async size => {
    const { stderr, exitCode } = await verifyWith(size)
    expect(stderr).toContain(`argument '${size}' is invalid`)
    expect(exitCode).toBe(2)
  })
})
