/**
 * What `produce` writes to stdout. Once that fails nothing more goes there, and whoever listens is told: no method throws,
 * so that what is in the log is counted whether it could be told or not.
 */
import { DiskError } from '../base/errors.ts'
import type { ByteOutput } from './byte-output.ts'
import { jsonText } from './json-text.ts'
import type { Tee } from './produce-pump.ts'

export interface Acknowledged {
  readonly topic: string
  readonly partition: number
  readonly firstOffset: bigint
  readonly lastOffset: bigint
}

export class ProduceOutput implements Tee {
  readonly #stdout: ByteOutput
  #failure: DiskError | undefined
  #onFailure: () => void = () => undefined

  constructor(stdout: ByteOutput) {
    this.#stdout = stdout
  }

  set onFailure(listener: () => void) {
    this.#onFailure = listener
  }

  get failure(): DiskError | undefined {
    return this.#failure
  }

  bytes(bytes: Buffer): void {
    this.#unlessFailed(() => this.#stdout.bytes(bytes))
  }

  flush(): void {
    this.#unlessFailed(() => this.#stdout.flush())
  }

  /** At once: whoever waits for it may be waiting to go on. */
  acknowledge(acknowledged: Acknowledged): void {
    this.#unlessFailed(() => this.#stdout.line(jsonText({ ...acknowledged })))
    this.flush()
  }

  #unlessFailed(write: () => void): void {
    if (this.#failure !== undefined) return
    try {
      write()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#failure = error
      this.#onFailure()
    }
  }
}
