/**
 * Who may send how much in one turn of the event loop: a fast reader takes whatever it is given, and would keep the loop
 * from all others. What is asked for beyond TURN_BYTES waits for the next turn, first come, first served.
 */
import { MEBIBYTE } from '../base/limits.ts'

/** Half a millisecond of sendfile(2). */
export const TURN_BYTES = 2 * MEBIBYTE

interface Waiting {
  readonly bytes: number
  readonly resolve: () => void
}

export class SendTurns {
  #left = TURN_BYTES
  readonly #waiting: Waiting[] = []
  #isScheduled = false

  /** Undefined where nobody need wait. The last one may take more than is left. */
  take(bytes: number): Promise<void> | undefined {
    this.#schedule()
    if (this.#left > 0 && this.#waiting.length === 0) {
      this.#left -= bytes
      return undefined
    }
    return new Promise(resolve => this.#waiting.push({ bytes, resolve }))
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#nextTurn())
  }

  #nextTurn(): void {
    this.#isScheduled = false
    this.#left = TURN_BYTES
    while (this.#left > 0) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#left -= next.bytes
      next.resolve()
    }
    if (this.#waiting.length > 0) this.#schedule()
  }
}
