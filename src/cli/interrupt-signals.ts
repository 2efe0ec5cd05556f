/**
 * Signals that ask a process to end well. The first one does; one that comes noticeably later ends the process at once,
 * by the operating system, whatever it is at: nobody listens any more.
 */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

/** The last one comes when a terminal is closed. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** One so soon behind the first is the same: timeout(1) sends it to the process and then to its group. */
const SAME_SIGNAL_MS = 500

/** Aborted by the first signal. */
export function interruptBy(source: SignalSource): AbortSignal {
  const interrupt = new AbortController()
  const onSignal = () => {
    if (interrupt.signal.aborted) return
    setTimeout(stopListening, SAME_SIGNAL_MS).unref()
    interrupt.abort()
  }
  const stopListening = () => {
    for (const signal of SIGNALS) source.off(signal, onSignal)
  }
  for (const signal of SIGNALS) source.on(signal, onSignal)
  return interrupt.signal
}
