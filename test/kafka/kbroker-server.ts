/** `kbroker serve` as a user runs it, on log.dirs of its own or of others. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const BIN = join(import.meta.dirname, '../../bin/kbroker.js')

/** As outside suites assume of a broker that is there to be tested with. */
const PROPERTIES = [
  'group.initial.rebalance.delay.ms=0',
  'group.min.session.timeout.ms=1000',
  'offsets.topic.num.partitions=3',
]

export class KbrokerServer {
  readonly logDirs: readonly string[]
  readonly #directory: string | undefined
  #process: ChildProcess | undefined
  #stderr = ''
  bootstrap = ''

  /** @param logDirs of somebody else; by default two new ones */
  constructor(logDirs?: readonly string[]) {
    this.#directory = logDirs ? undefined : mkdtempSync(join(tmpdir(), 'kbroker-interop-serve-'))
    this.logDirs = logDirs ?? ['a', 'b'].map(name => join(this.#directory!, name))
  }

  /** On the port that it had before. */
  async start(...properties: readonly string[]): Promise<void> {
    const port = this.bootstrap === '' ? '0' : this.bootstrap.split(':')[1]!
    const flags = [...PROPERTIES, ...properties].flatMap(property => ['-c', property])
    const args = ['serve', '--log-dirs', this.logDirs.join(','), '--port', port, ...flags]
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    child.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    for await (const line of createInterface({ input: child.stdout })) {
      this.bootstrap = line
      return
    }
    throw new Error(`kbroker serve ended: ${this.#stderr}`)
  }

  /** What it has said since it was started first. */
  get said(): string {
    return this.#stderr
  }

  /** @returns its exit code */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM')
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  close(): void {
    this.#process?.kill('SIGKILL')
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process!
    this.#process = undefined
    const ended = once(child, 'close') as Promise<[number | null]>
    child.kill(signal)
    const [exitCode] = await ended
    return exitCode
  }
}
