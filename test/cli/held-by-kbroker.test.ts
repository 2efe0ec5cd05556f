/** A log.dir that another kbroker has: whoever comes second says so, and changes nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { lockHolder } from '../../src/disk/file-lock.ts'
import { libc } from '../../src/disk/libc.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const KBROKER = join(import.meta.dirname, '../../bin/kbroker.js')
const scratch = scratchDirectory()

describe.runIf(libc())('while kbroker produce has a log.dir', () => {
  it.each([
    ['truncate', 'ledger-0', '--to', '1', '--execute'],
    ['reindex', 'ledger-0', '--execute'],
    ['compact', '--execute'],
  ])('%s names it, and says to wait', async (...args) => {
    const logDir = join(scratch, args[0])
    cpSync(join(FIXTURES, 'transactions-4.3/log'), logDir, { recursive: true })
    const lock = join(logDir, '.lock')
    const holder = spawn(
      process.execPath,
      [KBROKER, 'produce', '-t', 'ledger', '-p', '0', '--log-dirs', logDir],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    )
    try {
      holder.stdin.write('a record\n')
      while (lockHolder(lock) === undefined && holder.exitCode === null) await setTimeout(20)
      const message = await runInProcess([...args, '--log-dirs', logDir]).then(
        ({ stderr }) => stderr,
        (error: unknown) => String(error),
      )
      expect(message).toContain(
        `held by process ${holder.pid} (node … kbroker produce): wait until it has ended`,
      )
    } finally {
      holder.stdin.end()
      await once(holder, 'exit')
    }
  })
})
