/** Paths that lead nowhere: every command says so in the same words, and ends with the same code. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
beforeAll(() => cpSync(join(FIXTURES, 'clean-4.3'), scratch, { recursive: true }))

/** The process around a command makes 1 of such an error. */
async function run(line: string) {
  try {
    return await runInProcess(line.split(' '), { workingDirectory: scratch })
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    return { stdout: '', stderr: `kbroker: ${error.message}\n`, exitCode: 1 }
  }
}

describe('a path that is not there', () => {
  it.each([
    'dump ./none',
    'lookup ./none --offset 0',
    'offsets ./none',
    'search ./none --key k',
    'consume ./none',
    'stats ./none',
    'log-dirs ./none',
    'page-cache ./none',
    'reindex ./none',
    'repair ./none',
    'retention ./none',
    'compact ./none',
    'truncate ./none --to 1',
    'delete-records ./none --before 1',
    'export ./none --to -',
    'import ./none -t t --log-dirs a,b',
    'diff ./none a/orders-1',
    'diff a/orders-1 ./none',
    'diff a,./none a,b',
    'forecast ./none',
    'move orders-1=./none --log-dirs a,b',
    'move --drain ./none --log-dirs a,b',
    ...[
      ...['dump', 'offsets', 'search --key k', 'consume t', 'stats', 'log-dirs', 'flush'],
      ...['page-cache', 'forecast', 'reindex', 'repair', 'retention', 'compact', 'recover'],
      ...['truncate t-0 --to 1', 'delete-records t-0 --before 1', 'lookup t-0 --offset 0'],
      ...['move t-0=a', 'export --to -', 'groups list', 'topics list', 'transactions hanging'],
    ].map(words => `${words} --log-dirs ./none`),
  ])('%s', async line => {
    const { stderr, exitCode } = await run(line)
    expect(stderr).toMatch(/cannot (open|list) \.\/none: no such file or directory/)
    expect(exitCode).toBe(1)
  })

  it('verify', async () => {
    const { stderr, exitCode } = await run('verify ./none a/orders-1')
    expect(stderr).toContain('cannot open ./none: no such file or directory')
    expect(exitCode).toBe(5)
  })
})

describe('a word that is neither a path nor a name', () => {
  it.each([
    'dump none',
    'verify none',
    'lookup none --offset 0',
    'offsets none',
    'search none --key k',
    'consume none',
    'stats none',
    'log-dirs none',
    'page-cache none',
    'reindex none',
    'repair none',
    'retention none',
    'compact none',
    'truncate none --to 1',
    'delete-records none --before 1',
    'export none --to -',
    'import none -t t --log-dirs a,b',
    'diff a/orders-1 none',
    'forecast none',
    'move orders-1=none --log-dirs a,b',
  ])('%s', async line => {
    const { stderr, exitCode } = await run(line)
    expect(stderr).toContain('none')
    expect(exitCode).toBe(2)
  })
})
