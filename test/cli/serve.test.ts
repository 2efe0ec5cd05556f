/** `kbroker serve` as a process: how it begins, whom it keeps out, how it ends. */
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { API_VERSIONS } from '../../src/protocol/messages/18-api-versions.ts'
import { requestFrame } from '../broker/test-broker.ts'
import { kbroker } from '../kafka/kbroker.ts'
import { KbrokerServer } from '../kafka/kbroker-server.ts'
import { TestClient } from '../transport/test-client.ts'

let server: KbrokerServer

beforeEach(async () => {
  server = new KbrokerServer()
  await server.start()
})

afterEach(() => server.close())

async function ask(): Promise<Buffer | undefined> {
  const client = await TestClient.to(Number(server.bootstrap.split(':')[1]))
  client.sendFrame(
    requestFrame(API_VERSIONS, { clientSoftwareName: 'a', clientSoftwareVersion: '1' }),
  )
  const answer = await client.frame()
  client.socket.destroy()
  return answer
}

describe('a broker', () => {
  it('prints its address first, answers there, and ends cleanly', async () => {
    expect(server.bootstrap).toMatch(/^127\.0\.0\.1:\d+$/)
    expect((await ask())!.readInt16BE(4)).toBe(0)
    expect(await server.stop()).toBe(0)
    for (const dir of server.logDirs) expect(readdirSync(dir)).toContain('.kafka_cleanshutdown')
    const { exitCode } = await kbroker('verify', ...server.logDirs)
    expect([exitCode, server.said]).toEqual([0, ''])
  })

  it('keeps others out of its directories', async () => {
    const where = ['--log-dirs', server.logDirs[0]!]
    const second = await kbroker('serve', ...where, '--port', '0')
    expect([second.exitCode, second.stdout.toString()]).toEqual([1, ''])
    expect(second.stderr).toMatch(/is held by process \d+ .*stop it first/)
    const writer = await kbroker('produce', '-t', 'x', ...where)
    expect(writer.exitCode).toBe(1)
  })

  it('does not take a port that somebody has', async () => {
    const other = new KbrokerServer()
    other.bootstrap = server.bootstrap
    await expect(other.start()).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/)
    other.close()
  })

  it('is there again where it was killed, and tells of a property that it does not know', async () => {
    await server.kill()
    await server.start('num.partitons=3', 'ssl.keystore.location=/x')
    expect((await ask())!.readInt16BE(4)).toBe(0)
    expect(server.said).toMatch(/"num\.partitons".*unknown/)
    expect(server.said).toMatch(/"ssl\.keystore\.location".*not served/)
  })
})
