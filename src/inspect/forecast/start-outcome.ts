/** What comes of the reading that a start does, told by the recovery itself over an overlay, which is left as it leaves it. */
import type { LoadAction } from '../../log/load-action.ts'
import { recoverLog, type RecoverOutcome, type RecoverTask } from '../../log-dirs/recover-log.ts'
import { lostRecords, type RehearsalDisks } from './lost-records.ts'

export interface StartOutcome extends RecoverOutcome {
  /** That could be read today. */
  readonly lostRecords: number
  /** Cut off, passed over, or in segments that are dropped; what was never written is none. */
  readonly lostBytes: number
}

export const OPEN_FILES_MAX = 64

export async function startOutcome(
  disks: RehearsalDisks,
  task: RecoverTask,
): Promise<StartOutcome> {
  const environment = { disk: disks.overlay, openFilesMax: OPEN_FILES_MAX, isPreview: false }
  const outcome = await recoverLog(task, environment)
  const { actions } = outcome
  return { ...outcome, lostBytes: lostBytes(actions), lostRecords: lostRecords(disks, actions) }
}

/** Whether other segments are left than were found, or shorter ones. */
export function leavesOthers({ actions }: StartOutcome): boolean {
  return actions.some(action => {
    if (action.kind === 'segment-recovered') return action.cut !== undefined
    return CHANGES_SEGMENTS.has(action.kind)
  })
}

const CHANGES_SEGMENTS: ReadonlySet<LoadAction['kind']> = new Set([
  'segment-dropped',
  'segment-divided',
  'segment-created',
  'swap-completed',
  'replaced-removed',
])

export function lostBytes(actions: readonly LoadAction[]): number {
  return actions.reduce((sum, action) => sum + lostBy(action), 0)
}

function lostBy(action: LoadAction): number {
  if (action.kind === 'segment-dropped' || action.kind === 'end-taken-earlier') return action.bytes
  const cut = action.kind === 'segment-recovered' ? action.cut : undefined
  return cut === undefined || cut.isPadding === true ? 0 : cut.bytes
}
