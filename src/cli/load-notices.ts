/** What the loading of logs that were not closed has changed, or would have, told on stderr. */
import type { LoadAction } from '../log/load-action.ts'
import type { LogDirs } from '../log-dirs/log-dirs.ts'
import { loadActionText } from './render/recover-output.ts'

export function loadNotices(
  notice: (line: string) => void,
  { isPreview }: { readonly isPreview: boolean },
): (partition: string, action: LoadAction) => void {
  return (partition, action) => {
    if (OF_ANY_LOADING.has(action.kind)) return
    notice(`${partition}: ${loadActionText(action, isPreview)}`)
  }
}

/** Of a log that was closed, too. */
const OF_ANY_LOADING: ReadonlySet<LoadAction['kind']> = new Set([
  'snapshot-written',
  'snapshot-removed',
])

/** Log.dirs of which only some logs were loaded: the mark of a clean shutdown would speak for all. */
export function tellOfUnclean(
  { dirs }: LogDirs,
  notice: (line: string) => void,
  { isPreview }: { readonly isPreview: boolean },
): void {
  for (const { path, isClean } of dirs) if (!isClean) notice(leftUncleanText(path, isPreview))
}

function leftUncleanText(path: string, isPreview: boolean): string {
  const before = `kbroker: ${path} was not shut down cleanly`
  if (isPreview) return `${before}: the logs told of above are shown as they would be loaded`
  return (
    `${before}, and stays so: only the logs told of above are in order; ` +
    'kbroker recover, or the next start of a broker, sees to the others'
  )
}
