/** Timers of the event loop, which let the process end. */
import type { Timers } from '../log-dirs/flush-scheduler.ts'

export const nodeTimers: Timers = {
  every(ms, act) {
    const timer = setInterval(act, ms).unref()
    return () => clearInterval(timer)
  },
}
