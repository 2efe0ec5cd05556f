/** Kafka's own tools and our Java programs, one run after the other in a single JVM (java/Tools.java). */
import type { ChildProcess } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { inject } from 'vitest'
import { spawnJava } from './java-process.ts'

export interface ToolResult {
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly exitCode: number
  /** What main threw: where a JVM of its own would have printed a stack trace and ended. */
  readonly exception: string | undefined
}

export class KafkaTools {
  readonly #jvm: ChildProcess
  readonly #answers: Interface
  #ended: string | undefined
  #waiting: { answer: (line: string) => void; fail: (error: Error) => void } | undefined

  /** @param bootstrap of a broker, for the programs that want one */
  constructor(bootstrap = '') {
    const { programs } = inject('java')
    this.#jvm = spawnJava(
      { main: 'Tools', args: [programs] },
      { env: { FX_BOOTSTRAP: bootstrap }, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    this.#answers = createInterface({ input: this.#jvm.stdout! })
    this.#answers.on('line', line => {
      const waiting = this.#waiting
      this.#waiting = undefined
      waiting?.answer(line)
    })
    this.#jvm.on('exit', (code, signal) => {
      this.#ended = `the JVM of the tools ended: ${code ?? signal ?? 'nobody knows why'}`
      this.#waiting?.fail(new Error(this.#ended))
    })
  }

  /** One run; the next begins when it is over. */
  async run(main: string, ...args: string[]): Promise<ToolResult> {
    if (this.#waiting !== undefined) throw new Error('one run at a time')
    if (this.#ended !== undefined) throw new Error(this.#ended)
    const line = await new Promise<string>((answer, fail) => {
      this.#waiting = { answer, fail }
      this.#jvm.stdin!.write(`${JSON.stringify([main, ...args])}\n`)
    })
    const { stdout, stderr, exit, exception } = JSON.parse(line) as ToolAnswer
    return {
      stdout: Buffer.from(stdout, 'base64'),
      stderr: Buffer.from(stderr, 'base64'),
      exitCode: exit,
      exception: exception ?? undefined,
    }
  }

  /** The same, where failing is an error and only what it prints matters. */
  async print(main: string, ...args: string[]): Promise<string> {
    const { stdout, stderr, exitCode, exception } = await this.run(main, ...args)
    if (exitCode === 0) return stdout.toString('utf8')
    const said = exception ?? `${stderr.toString('utf8')}${stdout.toString('utf8')}`
    throw new Error(`${main} ${args.join(' ')}: ${said}`)
  }

  close(): void {
    this.#jvm.stdin!.end()
  }
}

interface ToolAnswer {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
  readonly exception: string | null
}
