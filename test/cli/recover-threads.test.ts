/** `recover` in threads, by the built command: the same lines, and the same bytes in all files, as in one. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePartitionFolder } from '../../src/log/file-names.ts'

const KBROKER = join(import.meta.dirname, '../../bin/kbroker.js')
const FIXTURES = join(import.meta.dirname, '../../fixtures')
const MARKER = '.kafka_cleanshutdown'
const LOG_DIRS = ['a', 'b']

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'kbroker-recover-'))
})
afterAll(() => {
  fs.rmSync(folder, { recursive: true })
})

it.each([2, 5])('%i threads do to what a killed broker left what one does', threads => {
  const makeKilled = (path: string) =>
    fs.cpSync(join(FIXTURES, 'killed-4.3'), path, { recursive: true })
  const { told, changed } = recoveredAlike(`killed-${threads}`, threads, makeKilled)
  expect(told).toContain('events-0: read 00000000000000000114.log')
  expect(changed).toContain('a/events-0/00000000000000000114.log')
})

it('threads do to all kinds of damage what one does', () => {
  const { told, changed } = recoveredAlike('damaged', 4, gatherDamaged)
  expect(told.split('\n').length).toBeGreaterThan(100)
  expect(told).toContain('dropped')
  expect(changed.length).toBeGreaterThan(200)
})

it('a log.dir whose disk fails goes offline alone, whoever met that', () => {
  const { told, errors, contents } = recoveredAlike('offline', 2, path => {
    gatherDamaged(path)
    const index = join(path, 'a/failing-0/00000000000000000000.index')
    const log = join(path, 'a/failing-0/00000000000000000000.log')
    fs.mkdirSync(index, { recursive: true })
    fs.writeFileSync(log, Buffer.alloc(2 ** 20))
    for (const name of fs.readdirSync(join(path, 'a'))) {
      if (name !== 'failing-0' && name !== 'meta.properties') {
        fs.rmSync(join(path, 'a', name), { recursive: true })
      }
    }
  })
  expect(errors).toMatch(/^kbroker: a\/failing-0: cannot create .*\nwhat was dropped .*\n$/)
  expect(told).toContain('offline')
  expect([contents.has(`a/${MARKER}`), contents.has(`b/${MARKER}`)]).toEqual([false, true])
})

interface Recovered {
  readonly told: string
  readonly errors: string
  readonly contents: ReadonlyMap<string, string>
  /** Of files that are not what they were, or were not there. */
  readonly changed: readonly string[]
}

/** In one thread and in several, shown and then done. */
function recoveredAlike(name: string, threads: number, make: (path: string) => void): Recovered {
  const [one, other] = [1, threads].map(count => {
    const path = join(folder, `${name}-${count}`)
    make(path)
    const before = contentsOf(path)
    const preview = recover(path, count)
    expect(contentsOf(path)).toEqual(before)
    const { stdout, stderr, status } = recover(path, count, '--execute')
    const contents = contentsOf(path)
    const changed = [...contents].filter(([file, hash]) => before.get(file) !== hash)
    return {
      preview: preview.stdout,
      previewStatus: preview.status,
      status,
      told: stdout,
      errors: stderr,
      contents,
      changed: changed.map(([file]) => file),
    }
  })
  expect(other).toEqual(one)
  expect(asDone(one!.preview)).toBe(one!.told)
  return one!
}

function asDone(preview: string): string {
  return preview.replaceAll(': would have written ', ': wrote ').replaceAll(': would have ', ': ')
}

function recover(cwd: string, threads: number, ...options: string[]) {
  const args = ['recover', '--log-dirs', LOG_DIRS.join(','), '--threads', String(threads)]
  return spawnSync('node', [KBROKER, ...args, ...options], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
}

/** The partitions of all damaged fixtures, in turn in two log.dirs that nobody has closed. */
function gatherDamaged(path: string): void {
  for (const dir of LOG_DIRS) {
    fs.mkdirSync(join(path, dir), { recursive: true })
    const meta = 'version=1\ncluster.id=c\nnode.id=1\n'
    fs.writeFileSync(join(path, dir, 'meta.properties'), meta)
  }
  const damaged = join(FIXTURES, 'damaged')
  let count = 0
  for (const damage of fs.readdirSync(damaged)) {
    if (!fs.statSync(join(damaged, damage)).isDirectory()) continue
    for (const inner of fs.readdirSync(join(damaged, damage), { recursive: true })) {
      const source = join(damaged, damage, String(inner))
      const isPartition = parsePartitionFolder(String(inner).split('/').at(-1)!) !== undefined
      if (!isPartition || !fs.statSync(source).isDirectory()) continue
      const dir = LOG_DIRS[count % LOG_DIRS.length]!
      fs.cpSync(source, join(path, dir, `${damage}-${count++}`), { recursive: true })
    }
  }
}

/** A hash of each file, by its path. */
function contentsOf(path: string): Map<string, string> {
  const contents = new Map<string, string>()
  for (const name of fs.readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(path, name)
    if (!fs.statSync(file).isFile() || name.endsWith('.lock')) continue
    contents.set(name, createHash('sha1').update(fs.readFileSync(file)).digest('hex'))
  }
  return contents
}
