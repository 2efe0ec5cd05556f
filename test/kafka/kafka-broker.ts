/** One Apache Kafka broker, its own controller, on two fresh log.dirs. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { listFiles } from './directory-listing.ts'
import { spawnJava } from './java-process.ts'
import { KafkaTools } from './kafka-tools.ts'

/** Names of files that a broker writes anew on time, with the same content if nothing has happened. */
export const REWRITTEN = /-checkpoint(\.tmp)?$/

/** Eager at all that a broker does in the background, so that there is little to wait for. */
const EAGER = {
  'log.cleaner.backoff.ms': 200,
  'log.initial.task.delay.ms': 200,
  'log.retention.check.interval.ms': 500,
  'log.flush.offset.checkpoint.interval.ms': 500,
  'log.flush.start.offset.checkpoint.interval.ms': 500,
  'replica.high.watermark.checkpoint.interval.ms': 500,
  'group.initial.rebalance.delay.ms': 0,
  'group.consumer.min.heartbeat.interval.ms': 200,
  'group.consumer.heartbeat.interval.ms': 200,
  'broker.heartbeat.interval.ms': 500,
  // On a machine that is busy: a broker that is late is none for a while, and its transactions get stuck.
  'broker.session.timeout.ms': 60_000,
}
const SETTLED_MS = 2000

const ANSWER_MS_MAX = 60_000
const CLUSTER_ID = 'aW50ZXJvcC1rYnJva2Vycg'

export class KafkaBroker {
  readonly directory: string
  readonly logDirs: readonly string[]
  readonly bootstrap: string
  readonly tools: KafkaTools
  readonly #port: number
  readonly #helpers: ChildProcess[] = []
  #process: ChildProcess | undefined

  static async start(): Promise<KafkaBroker> {
    const broker = await KafkaBroker.formatted()
    try {
      await broker.restart()
      return broker
    } catch (error) {
      broker.close()
      throw error
    }
  }

  /** Its log.dirs are, it was never started. */
  static async formatted(): Promise<KafkaBroker> {
    const [port, controllerPort] = await Promise.all([freePort(), freePort()])
    const broker = new KafkaBroker(port)
    try {
      await broker.#format(controllerPort)
      return broker
    } catch (error) {
      broker.close()
      throw error
    }
  }

  private constructor(port: number) {
    this.directory = mkdtempSync(join(tmpdir(), 'kbroker-interop-broker-'))
    this.logDirs = ['a', 'b'].map(name => join(this.directory, name))
    this.#port = port
    this.bootstrap = `127.0.0.1:${port}`
    this.tools = new KafkaTools(this.bootstrap)
    process.on('exit', this.#killAll)
  }

  /**
   * On the same directory.
   *
   * @param overrides of what server.properties says, `name=value`
   */
  async restart(...overrides: string[]): Promise<void> {
    const log = openSync(this.#logPath, 'w')
    const options = overrides.flatMap(override => ['--override', override])
    const jvm = spawnJava(
      { main: 'kafka.Kafka', args: [this.#configPath, ...options] },
      { cwd: this.directory, stdio: ['ignore', log, log] },
    )
    closeSync(log)
    this.#process = jvm
    const giveUpAt = Date.now() + ANSWER_MS_MAX
    while (!(await answers(this.#port))) {
      if (jvm.exitCode !== null) throw new Error(`the broker ended: ${this.log()}`)
      if (Date.now() > giveUpAt) throw new Error(`the broker does not answer: ${this.log()}`)
      await sleep(100)
    }
  }

  /** Until cleaner, deletion and checkpoints have done what there was to do. */
  async settle(): Promise<void> {
    for (let before = ''; ;) {
      const now = this.#listing()
      if (now !== undefined && now === before) return
      before = now ?? ''
      await sleep(SETTLED_MS)
    }
  }

  /** Undefined where a file went away meanwhile. */
  #listing(): string | undefined {
    try {
      return JSON.stringify(listFiles(this.logDirs, { rewritten: REWRITTEN }))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** What it has said since it was started. */
  log(): string {
    return readFileSync(this.#logPath, 'utf8')
  }

  /** A clean shutdown. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** With the programs that wait for it. */
  async crash(): Promise<void> {
    await this.#end('SIGKILL')
    for (const helper of this.#helpers) helper.kill('SIGKILL')
  }

  /** One of our Java programs, in a JVM of its own, to its end. */
  async program(main: string, ...args: string[]): Promise<void> {
    const jvm = this.#spawnProgram(main, args)
    const said = textOf(jvm)
    const code = await exitCodeOf(jvm)
    if (code !== 0) throw new Error(`${main} ended with ${code ?? 'a signal'}: ${await said}`)
  }

  /**
   * The same, left running as soon as it says "ready".
   *
   * @returns what asks it to end, and waits until it has
   */
  async helper(main: string, ...args: string[]): Promise<() => Promise<void>> {
    const jvm = this.#spawnProgram(main, args)
    for await (const line of createInterface({ input: jvm.stdout! })) {
      if (line !== 'ready') continue
      return async () => {
        jvm.stdin!.end('\n')
        const code = await exitCodeOf(jvm)
        if (code !== 0) throw new Error(`${main} ended with ${code ?? 'a signal'}`)
      }
    }
    throw new Error(`${main} ended before it was ready`)
  }

  /** Ends everything at once and removes the directory. */
  close(): void {
    this.#killAll()
    process.off('exit', this.#killAll)
    this.tools.close()
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 })
  }

  #spawnProgram(main: string, args: readonly string[]): ChildProcess {
    const env = { FX_BOOTSTRAP: this.bootstrap }
    const jvm = spawnJava({ main, args }, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#helpers.push(jvm)
    return jvm
  }

  async #format(controllerPort: number): Promise<void> {
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `PLAINTEXT://${this.bootstrap},CONTROLLER://127.0.0.1:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': this.logDirs.join(','),
      'auto.create.topics.enable': false,
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 3,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'transaction.state.log.num.partitions': 3,
      // No record without a cause: what two programs read one after the other has to stay the same.
      'metadata.max.idle.interval.ms': 0,
      // What DeleteRecords took stays as `.deleted`: files that go a minute later go in the middle of a test.
      'log.segment.delete.delay.ms': 3_600_000,
      // Indexes are preallocated: every look at a whole directory takes its time.
      'log.index.size.max.bytes': 1024 * 1024,
      ...EAGER,
    }
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
    mkdirSync(this.directory, { recursive: true })
    writeFileSync(this.#configPath, lines.join(''))
    const format = ['format', '-t', CLUSTER_ID, '-c', this.#configPath]
    await this.tools.print('kafka.tools.StorageTool', ...format)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const jvm = this.#process
    if (jvm === undefined) return
    this.#process = undefined
    jvm.kill(signal)
    await exitCodeOf(jvm)
  }

  readonly #killAll = (): void => {
    for (const child of [this.#process, ...this.#helpers]) child?.kill('SIGKILL')
  }

  get #configPath(): string {
    return join(this.directory, 'server.properties')
  }

  get #logPath(): string {
    return join(this.directory, 'server.out')
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** ApiVersions v0, correlation id 1, client id "x": a broker that is up says something. */
const API_VERSIONS = Buffer.from('0000000b001200000000000100' + '0178', 'hex')

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(2000, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
    socket.write(API_VERSIONS)
    await once(socket, 'data')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function textOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout!) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

async function exitCodeOf(jvm: ChildProcess): Promise<number | null> {
  if (jvm.exitCode === null && jvm.signalCode === null) await once(jvm, 'exit')
  return jvm.exitCode
}
