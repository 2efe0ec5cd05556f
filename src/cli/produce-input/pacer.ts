/**
 * Records a second, evenly: each is due a fixed time after the one before. What was missed (timers are late, input
 * pauses) is made up for as far as CREDIT_MS goes, and beyond that not at all: no burst follows a pause.
 */
const MS_PER_SECOND = 1000
const CREDIT_MS = 50

export class Pacer {
  readonly #intervalMs: number
  #dueMs = -Infinity

  constructor(recordsPerSecond: number) {
    this.#intervalMs = MS_PER_SECOND / recordsPerSecond
  }

  /** Until the next record may pass; 0 or less where it may now. */
  delayMs(nowMs: number): number {
    return this.#dueMs - nowMs
  }

  pass(nowMs: number): void {
    const earliest = nowMs - Math.min(CREDIT_MS, this.#creditMs)
    this.#dueMs = Math.max(this.#dueMs, earliest) + this.#intervalMs
  }

  /** None at the beginning. */
  get #creditMs(): number {
    return this.#dueMs === -Infinity ? 0 : CREDIT_MS
  }
}
