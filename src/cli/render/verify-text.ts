/**
 * Findings as lines: severity, kind, file, position, offsets; found and expected; what Kafka does at start; what helps.
 * The first words stand in columns without blanks of their own, so that grep and awk find them:
 *
 *     error batch-crc /data/a/orders-0/00000000000000000000.log position 4096 offsets 40..59 found: …; expected: …;
 *     at start: …; fix: …
 */
import { quotedText } from '../../base/quoted-text.ts'
import type { FindingClass, Severity } from '../../inspect/verify/finding-facts.ts'
import { FINDING_KINDS } from '../../inspect/verify/finding-kinds.ts'
import type { Finding } from '../../inspect/verify/finding.ts'
import type { VerifyTotals } from '../../inspect/verify/verify.ts'
import type { Colour, Paint } from '../colour.ts'
import { membersText } from '../json-text.ts'

export function findingLine(finding: Finding, colour: Colour): string {
  const { severity, kind, file, position, found, expected, atStart, fix } = finding
  const where = [
    COLOURS[severity](colour)(severity),
    kind,
    oneLine(file),
    ...(position === undefined ? [] : [`position ${position}`]),
    ...offsetWords(finding),
  ]
  const what = `found: ${found}; expected: ${expected}; at start: ${atStart}; fix: ${fix}`
  return `${where.join(' ')} ${oneLine(what)}`
}

const COLOURS: Readonly<Record<Severity, (colour: Colour) => Paint>> = {
  error: colour => colour.red,
  warning: colour => colour.yellow,
  notice: colour => colour.dim,
}

function offsetWords({ firstOffset, lastOffset }: Finding): string[] {
  if (firstOffset === undefined) return lastOffset === undefined ? [] : [`offsets ..${lastOffset}`]
  if (lastOffset === undefined) return [`offsets ${firstOffset}..`]
  return [`offsets ${firstOffset}..${lastOffset}`]
}

/** Names and contents of files may hold anything; a finding is a line. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, character => quotedText(character).slice(1, -1))
}

export function findingJson(finding: Finding): string {
  const { severity, kind, file, position, firstOffset, lastOffset } = finding
  const { found, expected, atStart, fix } = finding
  const members = membersText({
    kind: 'finding',
    severity,
    finding: kind,
    class: FINDING_KINDS[kind].class,
    file,
    position: position ?? null,
    firstOffset: firstOffset ?? null,
    lastOffset: lastOffset ?? null,
    found,
    expected,
    atStart,
    fix,
  })
  return `{${members}}`
}

/** @param isShallow whether the bodies of batches were left out */
export function totalsLine(totals: VerifyTotals, exitCode: number, isShallow: boolean): string {
  const { files, partitions, tally, severities } = totals
  const logs = [
    counted(partitions, 'partition'),
    counted(tally.segments, 'segment'),
    `${tally.batches} ${tally.batches === 1 ? 'batch' : 'batches'}`,
    counted(tally.records, 'record'),
    counted(tally.bytes, 'byte'),
    ...(isShallow ? ['no bodies (--shallow)'] : []),
  ]
  const looked = [
    ...(files > 0 ? [`the format of ${counted(files, 'file')}`] : []),
    ...(partitions > 0 || files === 0 ? logs : ['compared with no other']),
  ]
  const found = [
    counted(severities.error, 'error'),
    counted(severities.warning, 'warning'),
    counted(severities.notice, 'notice'),
  ]
  const verdict = verdictOf(totals.classes)
  return `total ${looked.join(', ')}: ${found.join(', ')}; ${verdict} (exit ${exitCode})`
}

export function totalsJson(totals: VerifyTotals, exitCode: number, isShallow: boolean): string {
  const { partitions, tally, severities } = totals
  const members = membersText({
    kind: 'total',
    shallow: isShallow,
    files: totals.files,
    partitions,
    segments: tally.segments,
    batches: tally.batches,
    records: tally.records,
    bytes: tally.bytes,
    errors: severities.error,
    warnings: severities.warning,
    notices: severities.notice,
    exitCode,
  })
  return `{${members}}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function verdictOf(classes: ReadonlySet<FindingClass>): string {
  if (classes.has('unreadable')) return 'something could not be looked at'
  if (classes.has('log')) return 'a log is damaged'
  if (classes.has('metadata')) return 'whose files these are is damaged'
  return classes.has('rebuildable') ? 'only files that can be rebuilt are wrong' : 'clean'
}
