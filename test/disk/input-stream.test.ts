import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { openInput, type InputStream } from '../../src/disk/input-stream.ts'
import { scratchDirectory } from './scratch.ts'

const directory = scratchDirectory()
const children: { kill: () => void }[] = []
afterAll(() => {
  for (const child of children) child.kill()
})

describe('an input', () => {
  it('is read from a file, piece by piece', async () => {
    const path = join(directory, 'file')
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251))
    fs.writeFileSync(path, bytes)
    expect(await readAll(await openInput(path))).toEqual(bytes)
  })

  it('is read from a pipe, whatever room there is for it', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    const path = join(directory, 'large')
    fs.writeFileSync(path, bytes)
    for (const room of [1000, 100_000]) {
      expect(await readAll(await openPipe(`cat ${path}`), room)).toEqual(bytes)
    }
  })

  it('comes as soon as it is written into a pipe', async () => {
    const input = await openPipe('printf one; read -r; printf two', 'pipe')
    const buffer = Buffer.alloc(100)
    expect(await input.read(buffer, 10)).toBe(3)
    expect(buffer.toString('utf8', 10, 13)).toBe('one')
    input.close()
  })

  it('ends at once when it is closed, though a pipe is waited for', async () => {
    const input = await openPipe('sleep 1000')
    const waiting = input.read(Buffer.alloc(10), 0)
    input.close()
    expect(await waiting).toBe(0)
    expect(await input.read(Buffer.alloc(10), 0)).toBe(0)
  })

  it('that is not there, or is a directory, is told by its path', async () => {
    const missing = join(directory, 'missing')
    await expect(openInput(missing)).rejects.toThrow(`cannot open ${missing}: no such file`)
    const failure: unknown = await readAll(await openInput(directory)).catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(DiskError)
    expect((failure as DiskError).path).toBe(directory)
  })
})

let pipeCount = 0

/** @param stdin of the command that writes */
async function openPipe(
  command: string,
  stdin: 'ignore' | 'pipe' = 'ignore',
): Promise<InputStream> {
  const path = join(directory, `pipe-${pipeCount++}`)
  execFileSync('mkfifo', [path])
  children.push(
    spawn('bash', ['-c', `exec >${path}; ${command}`], { stdio: [stdin, 'ignore', 'ignore'] }),
  )
  return openInput(path)
}

async function readAll(input: InputStream, room = 10_000): Promise<Buffer> {
  const pieces: Buffer[] = []
  const buffer = Buffer.alloc(room)
  for (;;) {
    const size = await input.read(buffer, 0)
    if (size === 0) break
    pieces.push(Buffer.from(buffer.subarray(0, size)))
  }
  input.close()
  return Buffer.concat(pieces)
}
