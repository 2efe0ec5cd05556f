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
