/** Said once by what scans files: that the page cache can't be spared. Only where files are large enough to matter. */
import { sparingNotice } from '../disk/considerate-disk.ts'

/** @param sizes of the files; asked for only where it matters */
export function notePageCache(sizes: () => Iterable<number>, notice: (line: string) => void): void {
  const message = sparingNotice(sizes)
  if (message !== undefined) notice(`kbroker: ${message}`)
}

export function* logSizesOf(
  partitions: Iterable<{
    readonly segments: Iterable<{ readonly log: { readonly size: number } }>
  }>,
): Generator<number> {
  for (const { segments } of partitions) for (const { log } of segments) yield log.size
}
