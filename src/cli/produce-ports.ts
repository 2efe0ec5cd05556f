/** What `produce` needs of the world besides a command's context. */
import { standardInput, type InputStream } from '../disk/input-stream.ts'
import type { OpenDirectorySink } from './directory-sink.ts'
import { interruptBy } from './interrupt-signals.ts'

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

/** Those of this process. */
export function processPorts(openSink: OpenDirectorySink): ProducePorts {
  let interrupt: AbortSignal | undefined
  return {
    openSink,
    standardInput,
    elapsedMs: () => performance.now(),
    get interrupt() {
      return (interrupt ??= interruptBy(process))
    },
  }
}
