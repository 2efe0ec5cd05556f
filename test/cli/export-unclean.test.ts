/** The copy of a log that nobody closed ends behind its last batch, wherever a window of the scan does. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectory } from '../disk/scratch.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
/** Bytes that a scan of a log asks for at once. */
const WINDOW_SIZE = 262_144
const LOG = 't-0/00000000000000000000.log'

test('a last batch that begins in one window and ends in the next', async () => {
  const here = mkdtempSync(join(scratch, 'export-unclean-'))
  const run = (args: readonly string[]) => runInProcess(args, { workingDirectory: here })
  const line = (value: string) => `{"topic":"t","partition":0,"value":"${value}"}\n`
  const before = line('v'.repeat(60_000)).repeat(2)
  writeFileSync(join(here, 'in.jsonl'), before + line('w'.repeat(200_000)))
  const into = ['--log-dirs', 'c', '--compression-codec', 'none', '--execute']
  await run(['import', 'in.jsonl', '-t', 't', ...into])
  const log = readFileSync(join(here, 'c', LOG))
  expect(log.length - 200_000).toBeLessThan(WINDOW_SIZE)
  expect(log.length).toBeGreaterThan(WINDOW_SIZE)
  rmSync(join(here, 'c/.kafka_cleanshutdown'))
  const { stderr } = await run(['export', 't', '--log-dirs', 'c', '--to', 'out'])
  expect(stderr).not.toContain('the copy ends')
  expect(readFileSync(join(here, 'out', LOG)).equals(log)).toBe(true)
})
