import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'
import { runInProcess } from './run-in-process.ts'

const FOLDER = '/data/orders-0'
const LOG = `${FOLDER}/${'0'.repeat(20)}.log`
const EPOCHS = `${FOLDER}/leader-epoch-checkpoint`
/** Both begin a sequence that clears the screen. */
const EVIL = '\u001b[2J\u009b2J'
const ESCAPED = '\\u001b[2J\\u009b2J'

describe('what a terminal would obey', () => {
  const disk = new MemoryDisk()

  beforeEach(() => {
    disk.put(LOG, encodeBatch({ records: [record(0, EVIL)] }))
    disk.put(EPOCHS, Buffer.from(`0\n1\n${EVIL}\n`))
  })

  it.each([
    ['verify', FOLDER],
    ['verify', FOLDER, '--json'],
    ['lookup', FOLDER, '--offset', '0'],
    ['search', FOLDER, '--json'],
    ['dump', LOG, '--print-data-log', '--json'],
    ['dump', EPOCHS],
    ['dump', EPOCHS, '--json'],
  ])('is escaped where a file is quoted: %s %s %s', async (...args) => {
    const { stdout, stderr } = await runInProcess(args, { disk })
    const all = stdout + stderr
    expect(all.replaceAll('\\\\', '\\').replaceAll('\\"', '"')).toContain(ESCAPED)
    expect(all.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it('is in JSON what it was', async () => {
    const { stdout } = await runInProcess(['search', FOLDER, '--json'], { disk })
    expect((JSON.parse(stdout) as { value: string }).value).toBe(EVIL)
  })
})
