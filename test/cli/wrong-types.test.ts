import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const root = scratchDirectory()
const LOG = '00000000000000000000.log'

/** A log.dir of two good partitions, and whatever else is put beside them. */
function logDir(name: string): string {
  const path = join(root, name)
  fs.cpSync(join(FIXTURES, 'transactions-4.3/log'), path, { recursive: true })
  return path
}

const READERS = [
  ['dump', '--json'],
  ['search', '--json'],
  ['stats', '--json'],
  ['offsets', '--json'],
  ['log-dirs', '--json'],
]

describe('what is named like a log and is no file', () => {
  const dir = logDir('types')
  const [pipe, folder] = [join(dir, 'ledger-0', LOG), join(dir, 'ledger-1', LOG)]
  fs.rmSync(pipe)
  execFileSync('mkfifo', [pipe])
  fs.rmSync(folder)
  fs.mkdirSync(folder)
  const pipeText = `cannot open ${pipe}: it is a named pipe, not a file`
  const folderText = `cannot open ${folder}: it is a directory (EISDIR)`

  it('is a finding, and its indexes are nobody’s orphans', async () => {
    const { stdout, exitCode } = await runInProcess(['verify', dir])
    expect(stdout).toContain(`error wrong-type ${pipe} found: ${pipeText}; expected: a file;`)
    expect(stdout).toContain(`error wrong-type ${folder} found: ${folderText}; expected: a file;`)
    expect(stdout).not.toContain('orphan-index')
    expect(exitCode).toBe(5)
  })

  it.each(READERS)('is told of by %s, which goes on with the rest', async (...args) => {
    const { stdout, stderr, exitCode } = await runInProcess([...args, dir])
    expect(stderr).toContain(pipeText)
    expect(stderr).toContain(folderText)
    expect(stdout).toContain('payments')
    expect(exitCode).toBe(1)
  })

  it('is what a lookup says it is, and every command that is given it', async () => {
    const lookup = await runInProcess(['lookup', join(dir, 'ledger-0'), '--offset', '0'])
    expect(lookup.exitCode).toBe(1)
    expect(lookup.stderr).toContain(pipeText)
    for (const command of ['dump', 'verify', 'search']) {
      await expect(runInProcess([command, pipe])).rejects.toThrow(pipeText)
      await expect(runInProcess([command, folder])).rejects.toThrow(folderText)
    }
  })
})

describe('what is named like a file of a log.dir’s root and is none', () => {
  const dir = logDir('root')
  const pipes = ['.kafka_cleanshutdown', '.lock'].map(name => join(dir, name))
  for (const pipe of pipes) {
    fs.rmSync(pipe, { force: true })
    execFileSync('mkfifo', [pipe])
  }
  const textOf = (pipe: string) => `cannot open ${pipe}: it is a named pipe, not a file`

  it('is a finding', async () => {
    const { stdout, exitCode } = await runInProcess(['verify', dir])
    for (const pipe of pipes) {
      expect(stdout).toContain(`error wrong-type ${pipe} found: ${textOf(pipe)}; expected: a file;`)
    }
    expect(exitCode).toBe(5)
  })

  it('is told of by log-dirs, and is no stranger', async () => {
    const { stdout, stderr, exitCode } = await runInProcess(['log-dirs', dir])
    for (const pipe of pipes) expect(stderr).toContain(textOf(pipe))
    expect(stdout).not.toContain('stranger')
    expect(exitCode).toBe(1)
  })

  it.each(READERS)('is not waited for by %s', async (...args) => {
    const { stdout } = await runInProcess([...args, dir])
    expect(stdout).toContain('payments')
  })
})

describe('a link at the place of a partition that leads nowhere', () => {
  const dir = logDir('links')
  fs.symlinkSync('gone', join(dir, 'orders-0'))
  fs.symlinkSync('orders-1', join(dir, 'orders-1'))

  it('is a finding', async () => {
    const { stdout, exitCode } = await runInProcess(['verify', dir])
    const place = `error wrong-type ${dir}/orders`
    expect(stdout).toContain(`${place}-0 found: a link that leads nowhere; expected: a folder;`)
    expect(stdout).toContain(`${place}-1 found: a link that leads in a circle; expected: a folder;`)
    expect(exitCode).toBe(5)
  })

  it.each(READERS)('is told of by %s, which goes on with the rest', async (...args) => {
    const { stdout, stderr, exitCode } = await runInProcess([...args, dir])
    expect(stderr).toContain(`cannot list ${dir}/orders-0: no such file or directory (ENOENT)`)
    expect(stderr).toContain(
      `cannot list ${dir}/orders-1: the links on the way lead in a circle (ELOOP)`,
    )
    expect(stdout).toContain('payments')
    expect(exitCode).toBe(1)
  })

  it('is found by its name', async () => {
    const { stderr, exitCode } = await runInProcess(['search', 'orders', '--log-dirs', dir])
    expect(stderr).toContain('cannot list')
    expect(exitCode).toBe(1)
  })
})
