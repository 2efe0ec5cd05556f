/** Where a log that is read through ends before its files do: nothing follows from what lies behind. */
import { basename } from 'node:path'
import { RefusedError } from '../../base/errors.ts'
import { parseSegmentFileName } from '../../log/file-names.ts'
import type { LoadAction, RecoveredSegment } from '../../log/load-action.ts'
import { TORN } from '../../log/segment-facts.ts'

export interface LogDamage {
  /** Of the log it is in. */
  readonly path: string
  readonly baseOffset: bigint
  readonly position: number
  readonly bytes: number
  readonly reason: string
  /** Paths of the logs behind it. */
  readonly behind: readonly string[]
  /** Whether it is but what a crash leaves at a log's end: then all before it can be believed. */
  readonly isTail: boolean
}

/** @param actions of the log's load */
export function damageIn(actions: readonly LoadAction[]): LogDamage | undefined {
  const cut = actions.find(isCut)
  if (cut?.cut === undefined) return undefined
  const { path, cut: where } = cut
  const { position, bytes, reason, isPadding } = where
  const behind = actions.filter(({ kind }) => kind === 'segment-dropped').map(each => each.path)
  return {
    path,
    baseOffset: parseSegmentFileName(basename(path))?.baseOffset ?? 0n,
    position,
    bytes,
    reason,
    behind: behind.toReversed(),
    isTail: behind.length === 0 && (isPadding === true || reason === TORN),
  }
}

function isCut(action: LoadAction): action is RecoveredSegment {
  return action.kind === 'segment-recovered' && action.cut !== undefined
}

/** @throws RefusedError where a start would put other logs in the place of these, to which other indexes belong */
export function refuseOtherLogs(action: LoadAction): void {
  const name = basename(action.path)
  switch (action.kind) {
    case 'swap-completed':
    case 'replaced-removed':
      throw refused(`${name} belongs to a compaction that was not finished`)
    case 'segment-divided':
      throw refused(`${name} holds offsets that lie too far apart for any index`)
    case 'segment-created':
      throw refused(`the log ends before the offset at which it should begin`)
    default:
  }
}

function refused(why: string): RefusedError {
  const advice = "a broker's start puts that in order, and so does kbroker recover"
  return new RefusedError('KAFKA_STORAGE_ERROR', `${why}: ${advice}`)
}
