/**
 * docs/runbook.md is what it says: its commands, run on copies of the fixtures at the moment it was made, print what stands
 * there. What is left out of the comparison: how wide the columns of tables are, as paths are longer here, and what the
 * disk of the machine has taken and left.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'

const ROOT = join(import.meta.dirname, '../..')
const RUNBOOK = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8')
const CLOCK_AT = Date.UTC(2026, 10, 23, 13, 18, 50)
/** Each a dozen processes, on a machine that may be busy. */
const TIMEOUT_MS = 120_000
const BLOCK = /^```console\n(.*?)^```$/gms
/** Shorter lines may well be words that the prose has, too. */
const TELLING_LENGTH = 40
const scratch = scratchDirectory()

interface Situation {
  /** To its place below /data. */
  readonly fixture: readonly [string, string]
  /** As it stands in the text. */
  readonly damage: readonly string[]
}

const CLEAN = ['clean-4.3', '.'] as const
const ORDERS = 'b/orders-0/000000000000000000'
const SITUATIONS: Readonly<Record<string, Situation>> = {
  'The broker does not start': {
    fixture: CLEAN,
    damage: ['cp -r b/orders-0 a/; truncate -s -300 a/orders-0/00000000000000000062.log'],
  },
  'The disk is full': { fixture: CLEAN, damage: [] },
  'A log.dir is lost': {
    fixture: CLEAN,
    damage: [
      'for t in append-time empty orders records-gzip records-lz4; ' +
        'do kbroker export $t --log-dirs a,b --to saved-$t; done',
      'rm -r b',
    ],
  },
  'An index is corrupt': {
    fixture: CLEAN,
    damage: [
      `printf garbagegarbage | dd of=${ORDERS}20.index conv=notrunc`,
      `rm ${ORDERS}41.timeindex`,
    ],
  },
  'A consumer stops at a record': {
    fixture: CLEAN,
    damage: [`printf X | dd of=${ORDERS}41.log bs=1 seek=900 conv=notrunc`],
  },
  'Retention is wrong': { fixture: CLEAN, damage: [] },
  'A transaction hangs': {
    fixture: ['transactions-4.3/log', 'a'],
    damage: ['kbroker truncate __transaction_state-0 --to 0 --log-dirs /data/a --execute'],
  },
}

describe('the runbook', () => {
  const sections = RUNBOOK.split(/^## /m).slice(1)

  it('has the situations that are made here', () => {
    expect(sections.map(titleOf)).toEqual(Object.keys(SITUATIONS))
  })

  it('has what commands print in their sessions alone', () => {
    const prose = RUNBOOK.replaceAll(BLOCK, '')
    const printed = sections.flatMap(sessionsIn).flatMap(({ output }) => output.split('\n'))
    const lines = printed.filter(line => line.length >= TELLING_LENGTH)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter(line => prose.includes(line))).toEqual([])
  })

  it.each(sections.map(section => [titleOf(section), section] as const))(
    '%s',
    (title, section) => {
      const { fixture, damage } = SITUATIONS[title]!
      const data = mkdtempSync(join(scratch, 'data-'))
      cpSync(join(FIXTURES, fixture[0]), join(data, fixture[1]), { recursive: true })
      for (const command of damage) {
        expect(section).toContain(`\`${command}\``)
        expect(run(command, data)).not.toContain('(exit')
      }
      for (const { command, output } of sessionsIn(section)) {
        expect([command, comparable(run(command, data))]).toEqual([command, comparable(output)])
      }
    },
    TIMEOUT_MS,
  )
})

function titleOf(section: string): string {
  return section.slice(0, section.indexOf('\n'))
}

function sessionsIn(section: string) {
  const blocks = [...section.matchAll(BLOCK)].map(([, block]) => block!)
  return blocks.flatMap(block =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map(session => {
        const end = session.indexOf('\n')
        return { command: session.slice(0, end), output: session.slice(end + 1) }
      }),
  )
}

/** Its output, and behind that what it says on stderr; then how it ended, if not well. */
function run(command: string, data: string): string {
  const kbroker = `kbroker() { node "${join(ROOT, 'bin/kbroker.js')}" "$@"; }`
  const script = `${kbroker}; ${command.replaceAll('/data', data)}`
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', script], {
    cwd: data,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      TZ: 'UTC',
      NODE_OPTIONS: `--require "${join(import.meta.dirname, 'clock-at.cjs')}"`,
      CLOCK_AT: String(CLOCK_AT),
    },
  })
  const ended = status === 0 ? '' : `(exit ${status})\n`
  return (stdout + stderr).replaceAll(data, '/data') + ended
}

/** Of a line of `log-dirs`: what its files take up, what is free, what there is in all. */
const DISK_FIGURES =
  /^(\S+ .* \S+ [KMGT]?i?B) \S+ [KMGT]?i?B ([+-]\d+%) \S+ [KMGT]?i?B \S+ [KMGT]?i?B /

function comparable(output: string): string[] {
  return output
    .trim()
    .split('\n')
    .map(line => line.replace(/ +/g, ' ').trim().replace(DISK_FIGURES, '$1 – $2 – – '))
}
