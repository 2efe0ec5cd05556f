/** Logs that are flushed or closed at once: each holds a few files open while it waits for its disk. */
const AT_ONCE_MAX = 16

/** Of all that fail, the first is thrown; the others are done all the same. */
export async function forEachBounded<T>(
  items: Iterable<T>,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items].values()
  const failures: unknown[] = []
  const work = async () => {
    for (const item of waiting) {
      try {
        await act(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, work))
  if (failures.length > 0) throw failures[0]
}

/**
 * Results in the order of the items, of which so many are worked on at once.
 *
 * @param act fails never, but for faults of ours
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  countMax: number,
  act: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  for (const item of items) {
    begun.push(act(item))
    if (begun.length === countMax) yield await begun.shift()!
  }
  for (const last of begun) yield await last
}
