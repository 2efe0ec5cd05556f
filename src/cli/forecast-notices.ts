/** What a forecast says on stderr: what is wrong, and what it could not find out. */
import { join } from 'node:path'
import { lockHolder } from '../disk/file-lock.ts'
import { holderText } from '../disk/lock-holder-text.ts'
import { isDoubtful } from '../inspect/forecast/folder-fate.ts'
import type { Forecast, PartitionForecast } from '../inspect/forecast/forecast.ts'
import { isLost } from '../inspect/topics/missing-partitions.ts'
import { LOCK_FILE } from '../log/file-names.ts'
import type { CommandContext } from './command-context.ts'
import { EXIT } from './exit-code.ts'
import { byteCount } from './render/byte-count.ts'
import { tellOfFindings } from './start-notices.ts'

export function noteLive(path: string, notice: (line: string) => void): void {
  const holder = lockHolder(join(path, LOCK_FILE))
  if (holder === undefined || holder === 'unknown') return
  notice(
    `kbroker: ${path} is in use by ${holderText(holder)}: this is what the next start of a broker ` +
      'would do, if that were killed now',
  )
}

/** What a broker does not start over, or starts without. */
export function tellOfFailures(
  { findings, missing, partitions }: Forecast,
  context: CommandContext,
): void {
  tellOfFindings(findings, context)
  const problems = partitions.flatMap(({ folder, outcome }) => {
    if (outcome?.failure === undefined) return []
    return [`${folder.path}: a broker fails here: ${outcome.failure.message}`]
  })
  const unserved = partitions.filter(({ fate, bytes }) => {
    if (fate === undefined || isDoubtful(fate)) return false
    return fate.kind !== 'promoted' && fate.kind !== 'moving' && bytes > 0
  })
  if (unserved.length > 0) {
    const bytes = unserved.reduce((sum, each) => sum + each.bytes, 0)
    const folders = unserved.length === 1 ? '1 folder' : `${unserved.length} folders`
    problems.push(
      `what ${folders} (${byteCount(bytes)}) ${unserved.length === 1 ? 'holds' : 'hold'} a broker ` +
        'does not serve: see what is told of the start; start none before that is mended',
    )
  }
  const lost = missing.filter(isLost).length
  if (lost > 0) {
    problems.push(
      `${lost === 1 ? '1 partition of the node has' : `${lost} partitions of the node have`} no folder in ` +
        'these log.dirs, and no other replica: give all log.dirs, or save what there is of them elsewhere ' +
        'before a start makes them anew, empty',
    )
  }
  const losing = partitions.filter(losesAtStart)
  if (losing.length > 0) {
    problems.push(
      `of ${namesOf(losing)} a start loses records that can be read today, or gives offsets out twice: ` +
        'see what is told of the start; kbroker repair shows what can be kept',
    )
  }
  for (const problem of problems) context.stderr(`kbroker: ${problem}`)
  if (findings.length + problems.length > 0) context.endWith(EXIT.itemFailed)
}

const NAMED_MAX = 3

function namesOf(partitions: readonly PartitionForecast[]): string {
  const named = partitions.slice(0, NAMED_MAX).map(({ folder }) => folder.name)
  const others = partitions.length - named.length
  return named.join(', ') + (others === 0 ? '' : ` and ${others} more`)
}

function losesAtStart({ outcome, doubtfulEnd }: PartitionForecast): boolean {
  if (outcome === undefined) return doubtfulEnd !== undefined
  return outcome.lostRecords > 0 || outcome.actions.some(({ kind }) => kind === 'end-taken-earlier')
}

export function noteUnread({ partitions }: Forecast, notice: (line: string) => void): void {
  const unread = partitions.filter(({ bytesToRead, doubtfulEnd, outcome }) => {
    return outcome === undefined && (bytesToRead > 0 || doubtfulEnd !== undefined)
  })
  if (unread.length === 0) return
  const bytes = unread.reduce((sum, each) => {
    return sum + each.bytesToRead + (each.doubtfulEnd?.bytes ?? 0)
  }, 0)
  notice(
    `${logCount(unread.length)} not read (${byteCount(bytes)}): what a start would cut there is not ` +
      'known; --deep reads them',
  )
}

/** Why it is not known what compactions free. */
export function noteUncompacted(
  { partitions }: Forecast,
  budgetBytes: number,
  notice: (line: string) => void,
): void {
  const unread = partitions.filter(({ compactionFrees }) => compactionFrees?.kind === 'unread')
  if (unread.length > 0) {
    const due = partitions.reduce((sum, each) => sum + (each.bytesToCompact ?? 0), 0)
    notice(
      `${logCount(unread.length)} not read for a compaction that is due: what it frees is not known; ` +
        `all that are due read ${byteCount(due)} (whole logs, what is dirty twice, indexes), of which ` +
        `${byteCount(budgetBytes)} at most are read here; --read-compacted reads them`,
    )
  }
  for (const { folder, compactionFrees } of partitions) {
    if (compactionFrees?.kind !== 'unknown') continue
    notice(`${folder.name}: what its compaction frees is not known: ${compactionFrees.why}`)
  }
}

function logCount(count: number): string {
  return count === 1 ? '1 log was' : `${count} logs were`
}
