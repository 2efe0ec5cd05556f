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
