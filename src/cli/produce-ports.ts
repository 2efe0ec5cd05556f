/** What `produce` needs of the world besides a command's context. */
import { standardInput, type InputStream } from '../disk/input-stream.ts'
import type { OpenDirectorySink } from './directory-sink.ts'

export interface ProducePorts {
  readonly openSink: OpenDirectorySink
  readonly standardInput: () => InputStream
  /** From anywhere, never back. */
  readonly elapsedMs: () => number
  /**
   * Aborted when somebody wants it to end: no more input is read, and what has come is written. Before it is first asked
   * for, a signal ends the process as it is.
   */
  readonly interrupt: AbortSignal
}

/** Those of this process: the first Ctrl-C ends it well, the second at once. */
export function processPorts(openSink: OpenDirectorySink): ProducePorts {
  let interrupt: AbortController | undefined
  return {
    openSink,
    standardInput,
    elapsedMs: () => performance.now(),
    get interrupt() {
      return (interrupt ??= onSignals()).signal
    },
  }
}

function onSignals(): AbortController {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort())
  return interrupt
}
