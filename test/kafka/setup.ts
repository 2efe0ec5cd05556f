/**
 * What these tests need: Apache Kafka's jars (fetched by Maven, once), Java programs compiled against them, kcat, and
 * our own dist/. What cannot be had is an error that says so: a test that does not run must not look like one that passed.
 */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The class path of Apache Kafka, and the folder with our own Java programs. */
    readonly java: { readonly kafka: string; readonly programs: string }
  }
}

const ROOT = join(import.meta.dirname, '../..')
const FIXTURE_MAKER = join(ROOT, 'fixtures/make')
const JAVA_MAJOR_MIN = 17

export default function setup(project: TestProject): () => void {
  requireJava()
  const kafka = `${fetchKafka()}/*`
  requireKcat()
  requireSuccess(run('npm', ['run', '--silent', 'build']), 'npm run build failed')
  const programs = mkdtempSync(join(tmpdir(), 'kbroker-interop-java-'))
  compile(kafka, programs)
  project.provide('java', { kafka, programs })
  return () => rmSync(programs, { recursive: true })
}

function requireJava(): void {
  const { status, stdout, error } = run('javac', ['-version'])
  const major = Number(/javac (\d+)/.exec(stdout)?.[1] ?? 0)
  if (error !== undefined || status !== 0 || major < JAVA_MAJOR_MIN) {
    const found = error === undefined ? stdout.trim() || `exit ${status ?? 'by a signal'}` : 'none'
    throw new Error(`a JDK ${JAVA_MAJOR_MIN} or newer is needed (java, javac); found ${found}`)
  }
}

/** The way the fixtures' maker gets it, into the same cache. */
function fetchKafka(): string {
  const script = 'set -euo pipefail; . "$1/lib.sh"; fetch "$newest"; echo "$cache/$newest"'
  const fetched = run('bash', ['-c', script, 'fetch', FIXTURE_MAKER])
  requireSuccess(fetched, 'cannot get Apache Kafka from Maven Central (needs mvn and its registry)')
  return fetched.stdout.trim()
}

function requireKcat(): void {
  if (hasKcat()) return
  const isRoot = process.getuid?.() === 0
  const aptGet = (...words: string[]) =>
    isRoot ? run('apt-get', words) : run('sudo', ['-n', 'apt-get', ...words])
  const install = () => aptGet('install', '-y', '--no-install-recommends', 'kcat')
  let installed = install()
  if (installed.status !== 0) {
    aptGet('update')
    installed = install()
  }
  requireSuccess(installed, 'kcat is missing, and apt-get cannot install it')
  if (!hasKcat()) throw new Error('apt-get says kcat is installed, but it does not run')
}

function hasKcat(): boolean {
  return run('kcat', ['-V']).status === 0
}

function compile(kafka: string, programs: string): void {
  const sources = [join(FIXTURE_MAKER, 'java'), join(import.meta.dirname, 'java')].flatMap(folder =>
    readdirSync(folder)
      .filter(name => name.endsWith('.java'))
      .map(name => join(folder, name)),
  )
  const compiled = run('javac', ['-nowarn', '-cp', kafka, '-d', programs, ...sources])
  requireSuccess(compiled, 'javac failed')
  if (!existsSync(join(programs, 'Tools.class'))) throw new Error('javac made no Tools.class')
}

function run(command: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' })
}

function requireSuccess(
  { status, error, stderr, stdout }: SpawnSyncReturns<string>,
  otherwise: string,
) {
  if (status === 0) return
  const why = error?.message ?? `exit ${status ?? 'by a signal'}\n${stderr}${stdout}`.trim()
  throw new Error(`${otherwise}: ${why}`)
}
