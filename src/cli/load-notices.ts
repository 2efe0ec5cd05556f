/** What the loading of logs that were not closed has changed, or would have, told on stderr. */
import type { LoadAction } from '../log/load-action.ts'
import { loadActionText } from './render/recover-output.ts'

export function loadNotices(
  notice: (line: string) => void,
  { isPreview }: { readonly isPreview: boolean },
): (partition: string, action: LoadAction) => void {
  return (partition, action) => {
    if (OF_ANY_LOADING.has(action.kind)) return
    notice(`${partition}: ${isPreview ? 'would have ' : ''}${loadActionText(action)}`)
  }
}

/** Of a log that was closed, too. */
const OF_ANY_LOADING: ReadonlySet<LoadAction['kind']> = new Set([
  'snapshot-written',
  'snapshot-removed',
])
