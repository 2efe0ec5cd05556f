/** What there is to say of a kind of finding, and the classes of kinds with what helps against most of them. */
import type { StartBehaviour } from './start-behaviour.ts'

export type Severity = 'error' | 'warning' | 'notice'
export type FindingClass = 'log' | 'rebuildable' | 'metadata' | 'unreadable'

export interface FindingKindFacts {
  readonly severity: Severity
  readonly class: FindingClass
  readonly atStart: StartBehaviour
  readonly fix: string
}

const WITHOUT_REPLICA = 'without one kbroker repair shows what can be kept'
export const REPLICATE = `with the broker stopped move the folder away, and let a replica fill it again; ${WITHOUT_REPLICA}`
export const REBUILD_INDEXES =
  "with the broker stopped kbroker reindex mends it; or delete the segment's .index: all its indexes are made anew at start"
export const START_BROKER = 'start the broker'
/** In place of the two before, where a log is damaged that a broker would read then. */
export const REPLICATE_FIRST =
  'start no broker on it: that would read the log, and cut it or end where it is damaged. ' +
  `Move the folder away, and let a replica fill it again; ${WITHOUT_REPLICA}`
export const KEEP_INDEX =
  'leave the .index where it is: without it a broker would read the log, and cut it or end where it is ' +
  `damaged. Move the folder away, and let a replica fill it again; ${WITHOUT_REPLICA}`
export const RESTORE_META =
  'restore it from another log.dir of the broker, without the directory.id: that is made anew'
export const RESTORE_FOLDER =
  'nothing, if the partition was deleted or moved away; else put its folder back, or let a replica fill it again'
export const NOTHING = 'nothing needs to be done'

export const log = (severity: Severity, atStart: StartBehaviour, fix = REPLICATE) =>
  ({ severity, class: 'log', atStart, fix }) as const
export const rebuildable = (atStart: StartBehaviour, fix: string, severity: Severity = 'error') =>
  ({ severity, class: 'rebuildable', atStart, fix }) as const
export const metadata = (severity: Severity, atStart: string, fix: string) =>
  ({ severity, class: 'metadata', atStart, fix }) as const
export const notice = (atStart: StartBehaviour, fix = NOTHING) =>
  ({ severity: 'notice', class: 'log', atStart, fix }) as const
