/**
 * Disks that are full, not ours, or read-only: small file systems in memory, which only root can mount. What fails is
 * said with the directory and the partition, what was acknowledged stays, and the other directory ends in order.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kbroker, printed } from './kbroker.ts'

const BIN = join(import.meta.dirname, '../../bin/kbroker.js')
const NOBODY = 65_534

let root: string
let small: string
let large: string
let where: string[]
let isMounted = false
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'kbroker-interop-disk-'))
  small = join(root, 'small')
  large = join(root, 'large')
  where = ['--log-dirs', `${large},${small}`]
  mkdirSync(small)
  mount('size=2m')
  isMounted = true
  const create = ['topics', 'create', '--topic', 't', '--partitions', '2', '--execute']
  await printed(...create, ...where, '--config', 'segment.index.bytes=4096')
  await produce(['first,0', 'first,1'], '-K,')
})
afterEach(() => {
  if (isMounted) execFileSync('umount', ['-l', small])
  isMounted = false
  rmSync(root, { recursive: true, force: true })
})

describe('a disk that is full', () => {
  it('takes its directory offline, and no other', async () => {
    const lines = Array.from(
      { length: 4000 },
      (_, i) => `{"partition":${i % 2},"value":"${i} ${'x'.repeat(2000)}"}`,
    )
    const { exitCode, stderr } = await produce(lines, '--json', '--durability', 'batch')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(new RegExp(`${small}/t-[01]/.*ENOSPC`))
    expect(stderr).not.toContain('internal error')
    expect([
      existsSync(join(large, '.kafka_cleanshutdown')),
      existsSync(join(small, '.kafka_cleanshutdown')),
    ]).toEqual([true, false])
    expect(temporaryFiles()).toEqual([])
    const acknowledged = Number(/([\d,]+) records?/.exec(stderr)![1]!.replaceAll(',', ''))
    expect(acknowledged).toBeGreaterThan(100)
    const copy = join(root, 'copy')
    cpSync(small, copy, { recursive: true })
    const dirs = `${large},${copy}`
    await printed('recover', '--execute', '--log-dirs', dirs)
    expect((await kbroker('verify', large, copy)).exitCode).toBe(0)
    const kept = (
      await printed('consume', '-t', 't', '-e', '-q', '-f', '%p %v\n', '--log-dirs', dirs)
    )
      .trimEnd()
      .split('\n')
    expect(kept.length).toBeGreaterThanOrEqual(acknowledged + 2)
  })
})

describe('a directory that is not ours', () => {
  it('is told, and nothing is changed', async () => {
    own(root, NOBODY)
    own(small, 0)
    const before = names()
    const { exitCode, stderr } = await produce(['x'], 'as nobody')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(new RegExp(`${small}.*EACCES`))
    expect(names()).toEqual(before)
  })
})

describe('a disk that can only be read', () => {
  it.each([
    ['recover', '--execute'],
    ['topics', 'create', '--topic', 'u', '--partitions', '2', '--execute'],
    ['produce', '-t', 't'],
  ])('is told by %s, and nothing is changed', async (...args) => {
    mount('remount,ro')
    const before = names()
    const { exitCode, stderr } = await kbroker(...args, ...where)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(new RegExp(`${small}.*EROFS`))
    expect(names()).toEqual(before)
  })
})

function mount(options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', small])
}

function own(path: string, uid: number): void {
  chownSync(path, uid, uid)
  chmodSync(path, 0o755)
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    chownSync(join(path, name), uid, uid)
}

async function produce(lines: readonly string[], ...options: string[]) {
  const [uid, args] = options[0] === 'as nobody' ? [NOBODY, []] : [undefined, options]
  const child = spawn(process.execPath, [BIN, 'produce', '-t', 't', ...where, ...args], {
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${lines.join('\n')}\n`)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, stderr }
}

/** Half of a replacement. */
function temporaryFiles(): string[] {
  return names().filter(name => name.endsWith('.tmp'))
}

function names(): string[] {
  return [small, large].flatMap(path =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter(name => !name.endsWith('.lock'))
      .map(name => join(path, name)),
  )
}
