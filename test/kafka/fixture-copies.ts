/** Fixtures, copied: kafka-dump-log makes an index that is missing beside the file it reads. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FIXTURES = join(import.meta.dirname, '../../fixtures')
/** How the fixtures are made, what commands print on them, and a folder of folders. */
const OTHERS = ['make', 'cli', 'damaged']
/** What is said about a fixture is no part of it. */
const EXPECTATION = /^expected(\.json)?$/

/** kafka-dump-log ignores it. */
const DUMPED_BY_US_ONLY = 'leader-epoch-checkpoint'

export interface FixtureCopy {
  readonly path: string
  /** By folder, sorted. */
  readonly folders: readonly FixtureFolder[]
  readonly remove: () => void
}

export interface FixtureFolder {
  readonly name: string
  /** Absolute. */
  readonly files: readonly string[]
}

export function fixtureNames(): string[] {
  const whole = foldersIn(FIXTURES).filter(name => !OTHERS.includes(name))
  const damaged = foldersIn(join(FIXTURES, 'damaged')).map(name => `damaged/${name}`)
  return [...whole, ...damaged]
}

export function copyFixture(name: string): FixtureCopy {
  const copy = mkdtempSync(join(tmpdir(), 'kbroker-interop-fixture-'))
  const source = join(FIXTURES, name)
  for (const entry of readdirSync(source)) {
    if (!EXPECTATION.test(entry)) {
      cpSync(join(source, entry), join(copy, entry), { recursive: true })
    }
  }
  return {
    path: copy,
    folders: foldersOf(copy),
    remove: () => rmSync(copy, { recursive: true }),
  }
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() ? [entry.name] : [],
  )
}

function foldersOf(root: string): FixtureFolder[] {
  const files = new Map<string, string[]>()
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === DUMPED_BY_US_ONLY) continue
    const beside = files.get(entry.parentPath) ?? []
    files.set(entry.parentPath, [...beside, join(entry.parentPath, entry.name)])
  }
  return [...files.keys()].sort().map(path => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    files: files.get(path)!.sort(),
  }))
}
