/**
 * Progress of long work, on a terminal's stderr alone: bytes, of how many, and how fast. In a pipe or a script, and
 * under NO_COLOR-like dumb terminals, nothing is written.
 */
import type { Ora } from 'ora'
import type { CommandContext } from './command-context.ts'

export interface Progress {
  readonly isShown: boolean
  /** @param totalBytes of all the work, where it is known */
  advance(bytes: number, totalBytes?: number): void
  /** Takes the line away before anything else is written; the next `advance` brings it back. */
  clear(): void
  /** Takes the line away for good. */
  stop(): void
}

const REDRAW_MS = 100
/** What is done faster than that isn't worth a line. */
const FIRST_AFTER_MS = 300
const MS_PER_SECOND = 1000

/** @param verb what is being done, such as `verifying` */
export async function startProgress(verb: string, context: CommandContext): Promise<Progress> {
  const isDumb = context.environment['TERM'] === 'dumb'
  if (!context.terminal.stderrIsTerminal || isDumb || !hasWidth()) return NO_PROGRESS
  const { default: ora } = await import('ora')
  return new TerminalProgress(
    ora({ text: verb, discardStdin: false, isEnabled: true }),
    verb,
    context,
  )
}

/** For a command that prints all the while: not where that goes to the same terminal, the lines would mix. */
export function startProgressBesideOutput(
  verb: string,
  context: CommandContext,
): Promise<Progress> {
  const { terminal } = context
  const stderrIsTerminal = terminal.stderrIsTerminal && !terminal.stdoutIsTerminal
  return startProgress(verb, { ...context, terminal: { ...terminal, stderrIsTerminal } })
}

/** A terminal of no columns (some pseudo-terminals) would have the spinner reckon with infinitely many lines. */
function hasWidth(): boolean {
  return process.stderr.columns > 0
}

export const NO_PROGRESS: Progress = {
  isShown: false,
  advance: () => undefined,
  clear: () => undefined,
  stop: () => undefined,
}

class TerminalProgress implements Progress {
  readonly isShown = true
  readonly #spinner: Ora
  readonly #verb: string
  readonly #nowMs: () => number
  readonly #beganMs: number
  #drawnMs = 0

  constructor(spinner: Ora, verb: string, { nowMs }: CommandContext) {
    this.#spinner = spinner
    this.#verb = verb
    this.#nowMs = nowMs
    this.#beganMs = nowMs()
  }

  advance(bytes: number, totalBytes?: number): void {
    const now = this.#nowMs()
    if (now - this.#drawnMs < REDRAW_MS || now - this.#beganMs < FIRST_AFTER_MS) return
    this.#drawnMs = now
    this.#spinner.text = progressText(this.#verb, {
      bytes,
      totalBytes,
      elapsedMs: now - this.#beganMs,
    })
    // Drawn by hand: work in this thread would leave the spinner's own timer no turn.
    this.#spinner.render()
  }

  clear(): void {
    this.#spinner.clear()
  }

  stop(): void {
    this.#spinner.stop()
    this.#spinner.clear()
  }
}

export interface ProgressFacts {
  readonly bytes: number
  readonly totalBytes: number | undefined
  readonly elapsedMs: number
}

/** `verifying 1.2 GiB of 4.0 GiB (30 %), 1.1 GiB/s` */
export function progressText(
  verb: string,
  { bytes, totalBytes, elapsedMs }: ProgressFacts,
): string {
  const rate = (bytes * MS_PER_SECOND) / Math.max(1, elapsedMs)
  const isKnown = totalBytes !== undefined && totalBytes > 0
  const share = isKnown ? ` (${Math.floor(Math.min(1, bytes / totalBytes) * 100)} %)` : ''
  const of = isKnown ? ` of ${bytesText(totalBytes)}` : ''
  return `${verb} ${bytesText(bytes)}${of}${share}, ${bytesText(rate)}/s`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const UNIT_STEP = 1024

export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= UNIT_STEP && unit < UNITS.length - 1) {
    value /= UNIT_STEP
    unit++
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ''}`
}
