/**
 * A log that loses data when it is opened is changed by nobody but those who are asked to put it in order: what is lost
 * would go without a word, and without a kept copy.
 */
import { basename } from 'node:path'
import { RefusedError } from '../base/errors.ts'
import type { LoadAction } from '../log/load-action.ts'

export interface ToldAction {
  /** Name of its folder. */
  readonly partition: string
  readonly action: LoadAction
}

interface Loss {
  readonly partition: string
  readonly bytes: number
  /** As a sentence goes on behind "would". */
  readonly text: string
}

/** @throws RefusedError where the loading of a log has taken more away than padding and leftovers */
export function refuseLosses(told: readonly ToldAction[]): void {
  const losses = told.flatMap(lossOf)
  const [first] = losses
  if (first === undefined) return
  const { partition, text } = first
  const others = losses.filter(loss => loss.partition === partition).slice(1)
  const bytes = others.reduce((sum, loss) => sum + loss.bytes, 0)
  const more = others.length === 0 ? '' : `, and take away ${others.length} more (${bytes} bytes)`
  throw new RefusedError(
    'KAFKA_STORAGE_ERROR',
    `${partition} is not in order: opening it, as the start of a broker does, would ${text}${more}; ` +
      'put it in order first: kbroker repair mends what can be mended, kbroker recover does what a start does',
  )
}

function lossOf({ partition, action }: ToldAction): Loss[] {
  const file = basename(action.path)
  if (action.kind === 'segment-dropped') {
    const { bytes, why } = action
    return [{ partition, bytes, text: `drop ${file} (${bytes} bytes; ${why})` }]
  }
  if (action.kind === 'end-taken-earlier' && action.bytes > 0) {
    const { bytes, position, logEndOffset } = action
    const where = `${bytes} bytes of ${file} from byte ${position} on`
    return [
      { partition, bytes, text: `end the log at offset ${logEndOffset} and pass over ${where}` },
    ]
  }
  if (action.kind !== 'segment-recovered') return []
  const { cut } = action
  if (cut === undefined || cut.bytes === 0 || cut.isPadding === true) return []
  const { bytes, position, reason } = cut
  const text = `cut ${bytes} bytes off ${file}, from byte ${position} on (${reason})`
  return [{ partition, bytes, text }]
}
