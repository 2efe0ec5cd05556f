/**
 * A fetch that waits until there are enough bytes, or its time is over: woken by the appends themselves.
 *
 * Source: kafka.server.DelayedFetch
 */
import type { BytesWaiter, Partition } from './partition.ts'

export interface FetchDelay {
  readonly partitions: readonly Partition[]
  /** Still missing when the wait begins. */
  readonly missingBytes: number
  readonly maxWaitMs: number
}

/** Ends early where a partition is given up, or fails. */
export function waitForBytes({ partitions, missingBytes, maxWaitMs }: FetchDelay): Promise<void> {
  return new Promise(resolve => {
    let missing = missingBytes
    const end = () => {
      clearTimeout(timer)
      for (const partition of partitions) partition.removeWaiter(waiter)
      resolve()
    }
    const waiter: BytesWaiter = {
      arrived(size) {
        missing -= size
        if (missing <= 0) end()
      },
      changed: end,
    }
    const timer = setTimeout(end, maxWaitMs)
    for (const partition of partitions) partition.addWaiter(waiter)
  })
}
