/** Clients over real sockets: orders, bounds, and regions of files in every way that there is. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { libc } from '../../src/disk/libc.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { OpenFiles } from '../../src/disk/open-files.ts'
import { ZERO_COPY_MODES, type ZeroCopyMode } from '../../src/transport/region-sender.ts'
import type { ResponseParts } from '../../src/transport/response-parts.ts'
import { listen, type Server, type ServerOptions } from '../../src/transport/server.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { TestClient } from './test-client.ts'

const told: string[] = []
const log = {
  warn: (_: object, text: string) => void told.push(text),
  error: (_: object, text: string) => void told.push(text),
}

const OPTIONS: ServerOptions = {
  host: '127.0.0.1',
  port: 0,
  requestBytesMax: 1000,
  connectionsMax: 10,
  connectionsPerIpMax: 10,
  idleMs: 0,
  queuedBytesMax: 100_000,
  inFlightMax: 4,
  zeroCopy: 'auto',
  log,
  handle: request => [request],
}

let server: Server
const clients: TestClient[] = []

async function serve(options: Partial<ServerOptions> = {}): Promise<void> {
  server = await listen({ ...OPTIONS, ...options })
}

async function client(): Promise<TestClient> {
  const one = await TestClient.to(server.port)
  clients.push(one)
  return one
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

beforeEach(() => {
  told.length = 0
})

afterEach(async () => {
  for (const one of clients.splice(0)) one.socket.destroy()
  await server.close(0)
})

describe('answers', () => {
  it('leave in the order of the requests, whichever is ready first', async () => {
    const started: string[] = []
    await serve({
      handle: async request => {
        const text = request.toString().trim()
        started.push(text)
        if (text === 'slow') await until(() => started.includes('last'))
        return [request]
      },
    })
    const one = await client()
    for (const text of ['slow', 'quick', 'last']) one.send(text)
    const texts = [await one.frame(), await one.frame(), await one.frame()]
    expect(texts.map(frame => frame!.toString().trim())).toEqual(['slow', 'quick', 'last'])
  })

  it('are left out where there are none', async () => {
    await serve({
      handle: request => (request.toString().startsWith('none') ? undefined : [request]),
    })
    const one = await client()
    one.send('none')
    one.send('some')
    expect((await one.frame())!.toString().trim()).toBe('some')
  })

  it('of a client that does not read keep others from nothing, and itself from more', async () => {
    let handled = 0
    const large = Buffer.alloc(1_000_000, 'x')
    await serve({
      handle: request => {
        if (request.toString().startsWith('echo')) return [request]
        handled++
        return [large]
      },
    })
    const [deaf, other] = [await client(), await client()]
    deaf.socket.pause()
    for (let n = 0; n < 100; n++) deaf.send('large')
    other.send('echo')
    expect((await other.frame())!.toString().trim()).toBe('echo')
    const most = handled
    other.send('echo')
    await other.frame()
    expect(most).toBeLessThan(50)
    deaf.socket.resume()
    for (let n = 0; n < 100; n++) expect((await deaf.frame())!.length).toBe(large.length)
    expect(handled).toBe(100)
  })

  it('that wait are no more than so many, and then no request is taken', async () => {
    let handled = 0
    let release: () => void = () => undefined
    const released = new Promise<void>(resolve => (release = resolve))
    await serve({
      handle: async request => {
        handled++
        await released
        return [request]
      },
    })
    const one = await client()
    for (let n = 0; n < 10; n++) one.send(`${n}`)
    await until(() => handled === 4)
    await sleep(20)
    expect(handled).toBe(4)
    release()
    for (let n = 0; n < 10; n++) expect((await one.frame())!.toString().trim()).toBe(`${n}`)
  })
})

describe('a connection is closed', () => {
  it.each(['7fffffff', 'ffffffff', '00000003'])(
    'over a size of %s, and that is told',
    async hex => {
      await serve()
      const one = await client()
      one.socket.write(Buffer.from(hex, 'hex'))
      expect(await one.frame()).toBeUndefined()
      expect(told[0]).toMatch(
        /closed the connection of 127\.0\.0\.1:\d+: .*found -?\d+, expected 8 to 1000/,
      )
    },
  )

  it('where its request fails', async () => {
    await serve({ handle: () => Promise.reject(new Error('no such api')) })
    const one = await client()
    one.send('x')
    expect(await one.frame()).toBeUndefined()
    expect(told[0]).toContain('no such api')
  })

  it('quietly where the client has gone', async () => {
    await serve()
    const one = await client()
    one.socket.resetAndDestroy()
    await until(() => server.connectionCount === 0)
    expect(told).toEqual([])
  })

  it('where nothing comes for long enough, and not where something does', async () => {
    await serve({ idleMs: 100 })
    const [idle, active] = [await client(), await client()]
    const timer = setInterval(() => active.send('x'), 10)
    await until(() => idle.isEnded)
    clearInterval(timer)
    expect(active.isEnded).toBe(false)
  })

  it('beyond the number that there may be, which is told once', async () => {
    await serve({ connectionsPerIpMax: 2 })
    await client()
    await client()
    const refused = [await client(), await client()]
    await until(() => refused.every(one => one.isEnded))
    expect(told).toEqual(['max.connections.per.ip is 2: closed one of 127.0.0.1'])
    expect(server.connectionCount).toBe(2)
  })

  it('when the server ends, behind the answers to what was asked', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>(resolve => (release = resolve))
    let isAsked = false
    await serve({
      handle: async request => {
        isAsked = true
        await released
        return [request]
      },
    })
    const one = await client()
    one.send('last')
    await until(() => isAsked)
    const closed = server.close(10_000)
    release()
    expect((await one.frame())!.toString().trim()).toBe('last')
    expect(await one.frame()).toBeUndefined()
    await closed
  })
})

const SIZE = 3_000_001

function pattern(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 12)) & 0xff
  return bytes
}

describe.runIf(libc() !== undefined)('regions of files', () => {
  const bytes = pattern(SIZE)
  let path: string
  let files: OpenFiles

  beforeEach(() => {
    path = join(scratchDirectory(), 'segment.log')
    fs.writeFileSync(path, bytes)
    files = new OpenFiles(nodeDisk, 1)
  })

  afterEach(() => files.closeAll())

  const region = (position: number, size: number) => files.hold({ path, position, size })

  async function serveRegions(zeroCopy: ZeroCopyMode, handle: () => ResponseParts): Promise<void> {
    await serve({ zeroCopy, queuedBytesMax: 10_000_000, handle })
  }

  describe.each(ZERO_COPY_MODES)('by %s', mode => {
    it('come byte for byte, between others, whatever their place', async () => {
      const parts = () => [
        Buffer.from('a'),
        region(5, 2_500_000),
        Buffer.from('b'),
        region(1, 100),
        region(4097, 70_000),
      ]
      await serveRegions(mode, parts)
      const one = await client()
      one.send('x')
      one.send('x')
      const expected = Buffer.concat([
        Buffer.from('a'),
        bytes.subarray(5, 2_500_005),
        Buffer.from('b'),
        bytes.subarray(1, 101),
        bytes.subarray(4097, 74_097),
      ])
      for (let n = 0; n < 2; n++) expect((await one.frame())!.equals(expected)).toBe(true)
    })

    it('come to a reader that is slow', async () => {
      await serveRegions(mode, () => [region(0, SIZE)])
      const one = await client()
      one.socket.pause()
      for (let n = 0; n < 4; n++) one.send('x')
      await sleep(50)
      one.socket.resume()
      for (let n = 0; n < 4; n++) expect((await one.frame())!.equals(bytes)).toBe(true)
      if (mode === 'sendfile' || mode === 'splice') {
        expect(server.counts.fullCount).toBeGreaterThan(0)
        expect(server.counts.kernelBytes).toBeGreaterThan(SIZE)
      }
    })

    it('come from a file that is removed meanwhile', async () => {
      await serveRegions(mode, () => [region(0, SIZE)])
      const one = await client()
      one.socket.pause()
      one.send('x')
      await sleep(20)
      fs.rmSync(path)
      files.close(path)
      one.socket.resume()
      expect((await one.frame())!.equals(bytes)).toBe(true)
    })

    it('of a file that is cut meanwhile end the connection, and that is told', async () => {
      await serveRegions(mode, () => [region(0, SIZE)])
      fs.truncateSync(path, 1_000_000)
      const one = await client()
      one.send('x')
      expect(await one.frame()).toBeUndefined()
      expect(told[0]).toContain(path)
    })
  })

  it('in memory are copied, whatever the mode', async () => {
    const disk = new MemoryDisk()
    disk.put('/segment.log', bytes)
    const inMemory = new OpenFiles(disk, 1)
    const parts = () => [inMemory.hold({ path: '/segment.log', position: 7, size: 100_000 })]
    await serve({ zeroCopy: 'sendfile', handle: parts })
    const one = await client()
    one.send('x')
    expect((await one.frame())!.equals(bytes.subarray(7, 100_007))).toBe(true)
  })
})
