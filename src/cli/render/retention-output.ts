/** What retention deletes, and what it will: a line for each partition, or a JSON object. */
import type { RetainedSegment, RetentionPlan, RetentionReason } from '../../log/retention-policy.ts'
import { segmentFileName } from '../../log/file-names.ts'
import type { Colour } from '../colour.ts'
import { jsonText } from '../json-text.ts'
import type { TopicRetention } from '../topic-retention.ts'
import { byteCount } from './byte-count.ts'
import { durationText } from './duration-text.ts'
import { type Column, tableLines } from './table.ts'
import { timeText } from './time-text.ts'

export interface ShownRetention extends TopicRetention {
  readonly path: string
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly logDir: string
  /** Whether it is known what the topic says of retention. */
  readonly isKnown: boolean
  readonly plan: RetentionPlan
}

export interface RetentionView {
  readonly isPreview: boolean
  /** Of the plan; milliseconds since 1970. */
  readonly atMs: bigint
}

export function retentionText(
  shown: readonly ShownRetention[],
  { isPreview, atMs, colour }: RetentionView & { readonly colour: Colour },
): string[] {
  const columns: readonly Column<ShownRetention>[] = [
    { name: 'PARTITION', cell: ({ name }) => name },
    { name: 'KEEPS', cell: keepsText },
    { name: 'FROM', cell: sourceText },
    { name: 'SEGMENTS', align: 'right', cell: ({ plan }) => segmentsOf(plan).length },
    { name: 'SIZE', align: 'right', cell: ({ plan }) => byteCount(bytesOf(segmentsOf(plan))) },
    {
      name: isPreview ? 'DUE' : 'DELETED',
      align: 'right',
      cell: ({ plan: { expired }, isKnown }) => (isTold(expired, isKnown) ? expired.length : '?'),
    },
    { name: isPreview ? 'FREES' : 'FREED', align: 'right', cell: ({ plan }) => freedText(plan) },
    { name: 'WHY', cell: ({ plan }) => reasonsOf(plan).join(', ') },
    { name: 'NEXT', cell: ({ plan }) => nextText(plan, atMs) },
    { name: 'LOG-DIR', cell: ({ logDir }) => logDir },
  ]
  return [...tableLines(columns, shown, colour), ...totalLines(shown, isPreview)]
}

export function retentionJson(
  { path, topic, partition, config, sources, isKnown, plan }: ShownRetention,
  { isPreview, atMs }: RetentionView,
): string {
  return jsonText({
    topic,
    partition,
    path,
    executed: !isPreview,
    at: atMs,
    deletes: isKnown ? config.deletes : null,
    retentionMs: isKnown ? config.retentionMs : null,
    retentionBytes: isKnown ? config.retentionBytes : null,
    fileDeleteDelayMs: isKnown ? config.fileDeleteDelayMs : null,
    remote: isKnown ? config.isRemote : null,
    sources: isKnown ? sources : null,
    freedBytes: bytesOf(plan.expired.map(({ segment }) => segment)),
    expired: plan.expired.map(({ segment, reason }) => ({ ...segmentJson(segment), reason })),
    waiting: plan.waiting.map(({ segment, dueMs, dueGrowth }) => {
      return { ...segmentJson(segment), due: dueMs ?? null, dueGrowth: dueGrowth ?? null }
    }),
  })
}

function segmentJson({ baseOffset, size, largestTimestamp }: RetainedSegment) {
  return {
    file: segmentFileName('log', baseOffset),
    baseOffset,
    bytes: size,
    largestTimestamp,
  }
}

/** Where nothing is known of topics, that none is due tells nothing either. */
function isTold(expired: RetentionPlan['expired'], isKnown: boolean): boolean {
  return isKnown || expired.length > 0
}

function keepsText({ config, isKnown }: ShownRetention): string {
  if (!isKnown) return '?'
  const { deletes, retentionMs, retentionBytes, isRemote } = config
  if (!deletes || isRemote) return isRemote ? 'remote' : 'all'
  if (retentionMs < 0n && retentionBytes < 0n) return 'all'
  const time = retentionMs < 0n ? [] : [durationText(retentionMs)]
  return [...time, ...(retentionBytes < 0n ? [] : [byteCount(retentionBytes)])].join(', ')
}

function sourceText({ config, sources, isKnown }: ShownRetention): string {
  if (!isKnown) return 'unknown'
  if (!config.deletes) return sources['cleanup.policy']
  const { 'retention.ms': ms, 'retention.bytes': bytes } = sources
  return config.retentionBytes < 0n || bytes === ms ? ms : `${ms}, ${bytes}`
}

function segmentsOf({ expired, waiting }: RetentionPlan): RetainedSegment[] {
  return [...expired, ...waiting].map(({ segment }) => segment)
}

function bytesOf(segments: readonly RetainedSegment[]): number {
  return segments.reduce((sum, { size }) => sum + size, 0)
}

function freedText({ expired }: RetentionPlan): string | undefined {
  if (expired.length === 0) return undefined
  return byteCount(bytesOf(expired.map(({ segment }) => segment)))
}

const REASONS: Readonly<Record<RetentionReason, string>> = {
  'log-start': 'deleted records',
  size: 'size',
  time: 'time',
}

function reasonsOf({ expired }: RetentionPlan): string[] {
  return [...new Set(expired.map(({ reason }) => REASONS[reason]))]
}

/** Of what stays, the first to go. */
function nextText({ waiting: [next] }: RetentionPlan, atMs: bigint): string | undefined {
  if (next === undefined) return undefined
  const { dueMs, dueGrowth } = next
  const times = dueMs === undefined ? [] : [`${timeText(dueMs)} (in ${durationText(dueMs - atMs)})`]
  const growths = dueGrowth === undefined ? [] : [`${byteCount(dueGrowth)} more`]
  return [...times, ...growths].join(' or ')
}

function* totalLines(shown: readonly ShownRetention[], isPreview: boolean): Generator<string> {
  for (const logDir of new Set(shown.map(each => each.logDir))) {
    const expired = shown.flatMap(each => (each.logDir === logDir ? each.plan.expired : []))
    if (!isTold(expired, shown[0]!.isKnown)) {
      yield `${logDir}: what is due is not known`
      continue
    }
    const freed = byteCount(bytesOf(expired.map(({ segment }) => segment)))
    const count = `${expired.length} ${expired.length === 1 ? 'segment' : 'segments'}`
    yield `${logDir}: ${count} ${isPreview ? 'due' : 'deleted'}, ${freed}`
  }
}
