import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { runInProcess } from './run-in-process.ts'

const PATH = '/data/orders-0/leader-epoch-checkpoint'

describe('dump of a leader-epoch-checkpoint', () => {
  it('prints what can be read, and says what can not', async () => {
    const { stdout, stderr, exitCode } = await dump('0\n2\n0 0\nx y\n')
    expect(stdout).toBe(`Dumping ${PATH}\nepoch: 0 startOffset: 0\n`)
    expect(stderr).toBe(
      `kbroker: ${PATH} at byte 8: malformed line in a checkpoint: ` +
        'found "x y", expected epoch startOffset\n',
    )
    expect(exitCode).toBe(1)
  })

  it.each([
    ['a wrong count', '0\n5\n0 0\n', 2],
    ['an offset beyond 64 bits', '0\n1\n0 99999999999999999999\n', 4],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 0],
  ])('makes a finding of %s, in JSON', async (_, content, position) => {
    const { stdout, exitCode } = await dump(content, '--json')
    const lines = stdout.trim().split('\n')
    const findings = lines.map(line => JSON.parse(line) as Record<string, unknown>)
    expect(findings.filter(({ kind }) => kind === 'finding')[0]).toMatchObject({
      severity: 'error',
      reason: 'CORRUPT_DATA',
      file: PATH,
      position,
    })
    expect(exitCode).toBe(1)
  })

  it('has nothing to say of an empty one, which Kafka takes for no epochs', async () => {
    expect(await dump('')).toMatchObject({ stdout: `Dumping ${PATH}\n`, stderr: '', exitCode: 0 })
  })
})

function dump(content: string | Buffer, ...options: string[]): ReturnType<typeof runInProcess> {
  const disk = new MemoryDisk()
  disk.put(PATH, Buffer.from(content))
  return runInProcess(['dump', PATH, ...options], { disk })
}
