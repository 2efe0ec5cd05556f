/**
 * Sessions of the command line, as they should look: every file fixtures/cli/*.txt, run in bash from within fixtures/,
 * against the built dist/.
 *
 *     $ kbroker offsets transactions-4.3/log     one line, with whatever bash makes of it
 *     ----
 *     payments:0:92                              stdout, then each line of stderr with `stderr: ` before it,
 *     exit 1                                     then the exit code, if it is not 0
 *
 * `UPDATE=1 npx vitest run test/cli/golden.test.ts` rewrites the files; read the diff before you commit it.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const FIXTURES = join(ROOT, 'fixtures')
const SESSIONS = join(FIXTURES, 'cli')
/** Dozens of processes, on a machine that may be busy. */
const TIMEOUT_MS = 300_000
/** What is due, or expired, is so at any time that the sessions are run. */
const CLOCK_AT = Date.UTC(2026, 10, 23, 12)
const CLOCK = join(import.meta.dirname, 'clock-at.cjs')
const NODE = `CLOCK_AT=${CLOCK_AT} node --require "${CLOCK}"`
const PRELUDE = `set -o pipefail; kbroker() { ${NODE} "${join(ROOT, 'bin/kbroker.js')}" "$@"; }; `

describe('sessions', () => {
  const names = fs.readdirSync(SESSIONS).filter(name => name.endsWith('.txt'))

  it.each(names)(
    '%s',
    async name => {
      const path = join(SESSIONS, name)
      const expected = fs.readFileSync(path, 'utf8')
      const commands = [...expected.matchAll(/^\$ (.+)$/gm)].map(([, command]) => command!)
      const sessions = await inParallel(commands, runSession)
      const actual = sessions.join('\n')
      if (process.env['UPDATE'] === '1') fs.writeFileSync(path, actual)
      else expect(actual).toBe(expected)
    },
    TIMEOUT_MS,
  )
})

function runSession(command: string): Promise<string> {
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC' }
  // Bash takes a Node pipe for a remote shell's, and would read what somebody has in ~/.bashrc.
  const args = ['--norc', '-c', PRELUDE + command]
  const bash = spawn('bash', args, { cwd: FIXTURES, env: environment })
  let stdout = ''
  let stderr = ''
  bash.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  bash.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  bash.stdin.end()
  return new Promise((resolve, reject) => {
    bash.on('error', reject)
    bash.on('close', code => {
      const noted = stderr.replace(/^(?=.)/gm, 'stderr: ')
      const ended = code === 0 ? '' : `exit ${code}\n`
      resolve(`$ ${command}\n----\n${stdout}${noted}${ended}`)
    })
  })
}

/** Results in the order of the items. */
async function inParallel<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const i = next++
      results[i] = await run(items[i]!)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}
