/** What comes of the reading that a start does, told by the recovery itself over an overlay. */
import type { Disk } from '../../disk/disk.ts'
import type { LoadAction } from '../../log/load-action.ts'
import { recoverLog, type RecoverOutcome, type RecoverTask } from '../../log-dirs/recover-log.ts'
import { lostRecords } from './lost-records.ts'

export interface StartOutcome extends RecoverOutcome {
  /** That could be read today. */
  readonly lostRecords: number
  /** Cut off, or in segments that are dropped; what was never written is none. */
  readonly lostBytes: number
}

export const OPEN_FILES_MAX = 64

export async function startOutcome(disk: Disk, task: RecoverTask): Promise<StartOutcome> {
  const outcome = await recoverLog(task, { disk, openFilesMax: OPEN_FILES_MAX, isPreview: true })
  const { actions } = outcome
  return { ...outcome, lostBytes: lostBytes(actions), lostRecords: lostRecords(disk, actions) }
}

export function lostBytes(actions: readonly LoadAction[]): number {
  return actions.reduce((sum, action) => sum + lostBy(action), 0)
}

function lostBy(action: LoadAction): number {
  if (action.kind === 'segment-dropped') return action.bytes
  const cut = action.kind === 'segment-recovered' ? action.cut : undefined
  return cut === undefined || cut.isPadding === true ? 0 : cut.bytes
}
