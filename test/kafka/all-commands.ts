/**
 * A run of everything that reads a log.dir, and of what would change one without being told to. Not what it prints counts
 * here, only that it ran, and left all as it was.
 */
import { expect } from 'vitest'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { listFiles, type ListingOptions } from './directory-listing.ts'
import { kbroker } from './kbroker.ts'

/**
 * A dump may end so at zeros behind the last batch, and what may change something where a broker runs; anything else that
 * does has not done what it was asked.
 */
const ITEM_FAILED = 1
const MAY_FAIL: readonly string[] = [
  'compact',
  'delete-records',
  'dump',
  'import',
  'move',
  'recover',
  'reindex',
  'repair',
  'truncate',
]

/** It writes, and says so. */
const WRITING: readonly string[] = ['produce', 'serve']

export async function expectNothingWritten(
  logDirs: readonly string[],
  options: ListingOptions = {},
): Promise<void> {
  const lines = commandLines(logDirs)
  const reading = COMMANDS.filter(({ name }) => !WRITING.includes(name))
  for (const { name } of reading) expect(lines.map(([command]) => command)).toContain(name)
  const before = listFiles(logDirs, options)
  const outcomes = await Promise.all(lines.map(outcomeOf))
  expect(outcomes).toEqual(lines.map(args => ({ args, outcome: 'ran' })))
  expect(listFiles(logDirs, options)).toEqual(before)
}

async function outcomeOf(args: readonly string[]) {
  const { exitCode, stderr } = await kbroker(...args)
  const ran = exitCode === 0 || (exitCode === ITEM_FAILED && MAY_FAIL.includes(args[0]!))
  return { args, outcome: ran ? 'ran' : `exit ${exitCode}: ${stderr}` }
}

function commandLines(logDirs: readonly string[]): string[][] {
  const all = ['--log-dirs', logDirs.join(',')]
  return [
    ['dump', ...logDirs, '--all', '--deep-iteration'],
    ['dump', ...logDirs, '--print-data-log', '--json', '--resync'],
    ['dump', 'mixed', ...all, '--hexdump'],
    ['verify', '--live', ...logDirs],
    ['verify', '--live', '--shallow', '--json', ...logDirs],
    ['lookup', 'mixed-0', ...all, '--offset', '30', '--explain'],
    ['lookup', 'mixed-0', ...all, '--max-timestamp'],
    ['offsets', ...logDirs, '--table'],
    ['search', ...logDirs, '--key', 'key-3'],
    ['search', 'paid', ...all, '--isolation', 'read_committed', '--no-indexes', '--json'],
    ['consume', '-t', 'mixed', ...all, '--json'],
    ['recover', ...all],
    ['reindex', ...all, '--all'],
    ['export', 'mixed', ...all, '--markers', 'keep', '--to', '-'],
    ['import', '/dev/null', '--topic', 'imported', ...all],
    ['diff', logDirs.join(','), logDirs.join(',')],
    ['compact', ...all, '--roll'],
    ['truncate', 'mixed-0', ...all, '--to', '-1'],
    ['delete-records', 'mixed', ...all, '--before', '+1'],
    ['move', '--balance', ...all],
    ['forecast', ...all, '--deep'],
    ['retention', ...all, '--json'],
    ['repair', ...all],
    ['stats', ...logDirs, '--by', 'topic'],
    ['log-dirs', ...logDirs],
    ['flush', ...all],
    ['flush', ...all, '--simulate', 'flush.messages=10', '--by', 'all', '--json'],
    ['page-cache', ...logDirs],
    ['topics', 'list', ...all],
    ['topics', 'describe', ...all, '--json'],
    ['groups', '--describe', ...all],
    ['transactions', ...all],
    ['completion', 'bash'],
  ]
}
