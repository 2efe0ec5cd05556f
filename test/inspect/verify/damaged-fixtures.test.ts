import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DiskError } from '../../../src/base/errors.ts'
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../../../src/base/limits.ts'
import type { Disk, DiskFile } from '../../../src/disk/disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { readOnly } from '../../../src/disk/read-only-disk.ts'
import type { Finding } from '../../../src/inspect/verify/finding.ts'
import { FINDING_KINDS } from '../../../src/inspect/verify/finding-kinds.ts'
import { verify } from '../../../src/inspect/verify/verify.ts'
import type { VerifyTarget } from '../../../src/inspect/verify/verify-plan.ts'
import { refusing } from '../../disk/refusing-disk.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures')
const damaged = join(fixtures, 'damaged')

/** As damage.mjs writes it. */
interface Expected {
  readonly exitCode: number
  readonly findings: readonly ExpectedFinding[]
}

interface ExpectedFinding {
  readonly severity: string
  readonly kind: string
  readonly file: string
  readonly position: number | null
  readonly firstOffset: number | null
  readonly lastOffset: number | null
}

interface Reading {
  readonly deep?: boolean
  readonly limits?: DecodeLimits
  readonly disk?: Disk
}

async function findingsIn(
  root: string,
  names: readonly string[],
  options: Reading = {},
): Promise<readonly Finding[]> {
  const targets = names.map((name): VerifyTarget => ({ kind: 'log-dir', path: join(root, name) }))
  return findingsOf(targets, options)
}

async function findingsOf(
  targets: readonly VerifyTarget[],
  { deep = true, limits = DEFAULT_DECODE_LIMITS, disk = nodeDisk }: Reading = {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const options = { deep, live: false, limits, workers: 4, threadedBytesMin: Infinity }
  const environment = {
    disk: readOnly(disk),
    workingDirectory: fixtures,
    lockHolder: () => undefined,
  }
  for await (const finding of verify(targets, options, environment)) findings.push(finding)
  return findings
}

function asExpected(finding: Finding, root: string): ExpectedFinding {
  const { severity, kind, file, position, firstOffset, lastOffset } = finding
  return {
    severity,
    kind,
    file: file.slice(root.length + 1),
    position: position ?? null,
    firstOffset: firstOffset === undefined ? null : Number(firstOffset),
    lastOffset: lastOffset === undefined ? null : Number(lastOffset),
  }
}

function logDirsIn(root: string): string[] {
  const isThere = (name: string) => existsSync(join(root, name, 'recovery-point-offset-checkpoint'))
  return readdirSync(root).filter(isThere)
}

const sorted = (findings: readonly ExpectedFinding[]) =>
  findings.map(finding => JSON.stringify(finding)).sort()

function exitCodeOf(findings: readonly ExpectedFinding[]): number {
  const classes = findings
    .filter(({ severity }) => severity !== 'notice')
    .map(({ kind }) => FINDING_KINDS[kind as Finding['kind']].class)
  if (classes.some(name => name === 'log' || name === 'metadata')) return 4
  return classes.length > 0 ? 3 : 0
}

describe('verify finds exactly the planted damage', () => {
  const names = readdirSync(damaged, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)

  test.each(names)('%s', async name => {
    const root = join(damaged, name)
    const expected = JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8')) as Expected
    const found = await findingsIn(root, logDirsIn(root))
    const comparable = found.map(finding => asExpected(finding, root))
    expect(sorted(comparable)).toEqual(sorted(expected.findings))
    expect(exitCodeOf(comparable)).toBe(expected.exitCode)
  })
})

describe('verify finds nothing but notices in what a broker left', () => {
  const names = readdirSync(fixtures).filter(name => /-\d/.test(name))
  /** The second of a tiered topic. */
  const NORMAL = ['deleted-file', 'log-start-below']

  test.each(names)('%s', async name => {
    const root = join(fixtures, name)
    for (const deep of [true, false]) {
      const found = await findingsIn(root, logDirsIn(root), { deep })
      expect(found.filter(({ severity }) => severity !== 'notice')).toEqual([])
      if (name !== 'killed-4.3') {
        expect(found.filter(({ kind }) => !NORMAL.includes(kind))).toEqual([])
      }
    }
  })
})

test('verify says in its own words what an empty snapshot lacks, of no offsets', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kbroker-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const path = join(root, 'orders-0')
  cpSync(join(fixtures, 'clean-4.3/b/orders-0'), path, { recursive: true })
  writeFileSync(join(path, '00000000000000000000.snapshot'), '')
  const [finding, ...others] = await findingsOf([{ kind: 'partition', path }])
  expect(finding).toMatchObject({ kind: 'snapshot-format', lastOffset: undefined })
  expect(finding?.found).toMatch(/0 bytes$/)
  expect(others).toEqual([])
})

test('verify knows that a segment without its index will be read, and cut where it is damaged', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kbroker-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const dir = join(root, 'b')
  cpSync(join(fixtures, 'clean-4.3/b'), dir, { recursive: true })
  const segment = join(dir, 'orders-0/00000000000000000020')
  rmSync(`${segment}.index`)
  const log = readFileSync(`${segment}.log`)
  log[log.length - 1]! ^= 1
  writeFileSync(`${segment}.log`, log)
  const found = await findingsIn(root, ['b'])
  expect(found.map(({ kind, atStart, fix }) => [kind, atStart, fix])).toEqual([
    [
      'index-missing',
      expect.stringMatching(/^reads the segment/),
      expect.stringMatching(/^start no broker/),
    ],
    ['batch-crc', expect.stringMatching(/cuts it here; later segments stay/), expect.any(String)],
  ])
})

describe('verify of a folder that no broker serves', () => {
  test.each(['delete', 'stray'])(
    'minds no zeros behind the indexes of a -%s folder',
    async suffix => {
      const root = mkdtempSync(join(tmpdir(), 'kbroker-'))
      onTestFinished(() => rmSync(root, { recursive: true }))
      const dir = join(root, 'b')
      cpSync(join(fixtures, 'clean-4.3/b'), dir, { recursive: true })
      const name = `orders-0.${'0123456789abcdef'.repeat(2)}-${suffix}`
      renameSync(join(dir, 'orders-0'), join(dir, name))
      for (const index of ['index', 'timeindex']) {
        appendFileSync(join(dir, name, `00000000000000000062.${index}`), Buffer.alloc(240))
      }
      const found = await findingsIn(root, ['b'])
      const kinds = found.map(({ kind }) => kind).filter(kind => kind !== 'checkpoint-entry')
      expect(kinds).toEqual([`${suffix}-folder`])
      expect(await findingsOf([{ kind: 'partition', path: join(dir, name) }])).toEqual([])
    },
  )
})

describe('verify of what it could not read', () => {
  const root = join(fixtures, 'transactions-4.3')

  test.each([10, 70, 100, 1000])('names batches above %i bytes, and nothing else', async max => {
    for (const name of readdirSync(fixtures).filter(each => /-\d/.test(each))) {
      const directory = join(fixtures, name)
      const limits = { batchBytesMax: max }
      const found = await findingsIn(directory, logDirsIn(directory), { limits })
      const kinds = found.filter(({ severity }) => severity !== 'notice').map(({ kind }) => kind)
      expect(new Set(kinds).size, `${name}: ${kinds.join()}`).toBeLessThanOrEqual(1)
      expect(kinds[0] ?? 'too-large', name).toBe('too-large')
    }
  })

  test('holds nothing that lies behind an unreadable end against a partition', async () => {
    const refused = join(root, 'log/payments-0/00000000000000000000.log')
    const disk = unreadable(refused)
    const found = await findingsIn(root, logDirsIn(root), { disk })
    expect(found.map(({ kind, file }) => ({ kind, file }))).toEqual([
      { kind: 'unreadable', file: refused },
    ])
  })

  test.each([
    ['index', 24],
    ['timeindex', 36],
  ])('checks a log without its .%s', async (suffix, amid) => {
    const dir = join(damaged, 'bit-flip-crc/log')
    const log = join(dir, 'orders-0/00000000000000000041.log')
    const refused = log.replace(/log$/, suffix)
    const disks = [refusing(nodeDisk, refused), unreadable(refused), unreadable(refused, amid)]
    for (const disk of disks) {
      const found = await findingsIn(dirname(dir), ['log'], { disk })
      const places = found.map(({ kind, file }) => `${kind} ${file}`)
      expect(places.sort()).toEqual([`batch-crc ${log}`, `unreadable ${refused}`])
    }
  })

  test('misses no aborted transaction in a .txnindex that it could not read', async () => {
    const refused = join(root, 'log/payments-0/00000000000000000051.txnindex')
    const disk = refusing(nodeDisk, refused)
    const found = await findingsIn(root, logDirsIn(root), { disk })
    expect(found.map(({ kind, file }) => ({ kind, file }))).toEqual([
      { kind: 'unreadable', file: refused },
    ])
  })
})

/** @param from the byte from which on it can't be read; the bytes before come in small pieces */
function unreadable(refused: string, from = 0): Disk {
  const open = (path: string): DiskFile => {
    const file = nodeDisk.open(path)
    if (path !== refused) return file
    const read: DiskFile['read'] = (buffer, position) => {
      if (position < from) return file.read(buffer.subarray(0, 12), position)
      throw new DiskError('read', path, Object.assign(new Error('EIO'), { code: 'EIO' }))
    }
    return { path, size: () => file.size(), read, close: () => file.close() }
  }
  return { ...nodeDisk, open }
}
