import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { interruptBy } from '../../src/cli/interrupt-signals.ts'
import { scratchDirectory } from '../disk/scratch.ts'

const KBROKER = join(import.meta.dirname, '../../bin/kbroker.js')
const scratch = scratchDirectory()

describe('a signal', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('of the name %s interrupts', name => {
    const source = new EventEmitter()
    const interrupt = interruptBy(source)
    expect(interrupt.aborted).toBe(false)
    source.emit(name)
    expect(interrupt.aborted).toBe(true)
  })

  it('at once behind the first does nothing; one that comes later is left to the system', () => {
    const source = new EventEmitter()
    interruptBy(source)
    expect(source.emit('SIGTERM')).toBe(true)
    vi.advanceTimersByTime(499)
    expect(source.emit('SIGTERM')).toBe(true)
    expect(source.emit('SIGINT')).toBe(true)
    vi.advanceTimersByTime(1)
    expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map(name => source.listenerCount(name))).toEqual([
      0, 0, 0,
    ])
  })
})

it.each(['SIGTERM', 'SIGHUP'] as const)(
  'produce closes its log.dirs on %s, though it comes twice',
  async signal => {
    const directory = join(mkdtempSync(join(scratch, 'run-')), 'd')
    const args = ['produce', '-t', 't', '--log-dirs', directory, '--print-acks']
    const child = spawn(process.execPath, [KBROKER, ...args])
    child.stdin.write('a\nb\n')
    await new Promise(resolve => child.stdout.once('data', resolve))
    child.kill(signal)
    child.kill(signal)
    const ended = await new Promise(resolve => child.on('close', (...how) => resolve(how)))
    expect(ended).toEqual([1, null])
    expect(existsSync(join(directory, '.kafka_cleanshutdown'))).toBe(true)
  },
  60_000,
)
