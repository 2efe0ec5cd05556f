/** The built program, as a signal has to reach a process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { libc } from '../../src/disk/libc.ts'

const ROOT = join(import.meta.dirname, '../..')

test.runIf(libc())('watching looks again and again, and ends well when interrupted', async () => {
  const args = ['page-cache', 'fixtures/clean-4.3/b/orders-0', '--watch', '0.1', '--json']
  const child = spawn(process.execPath, [join(ROOT, 'bin/kbroker.js'), ...args], { cwd: ROOT })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.split('\n').length > 2) child.kill('SIGINT')
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  const looks = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  expect(looks.length).toBeGreaterThanOrEqual(2)
  for (const look of looks) expect(look).toMatchObject({ topic: 'orders', partition: 0 })
  const times = looks.map(({ timestamp }) => timestamp as number)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(looks[0]).not.toHaveProperty('segments')
})
