/** What `recover` does, a line for each thing done, as text or JSON. */
import { basename, dirname, resolve } from 'node:path'
import { assertNever } from '../../base/errors.ts'
import type { EarlierEnd, LoadAction, RecoveredSegment } from '../../log/load-action.ts'
import type { OpenLogDir } from '../../log-dirs/open-log-dir.ts'
import { jsonText, type JsonValue } from '../json-text.ts'
import { byteCount } from './byte-count.ts'

export interface RecoverOutput {
  action(partition: string, action: LoadAction): void
  /** At the end. */
  logDir(dir: OpenLogDir): void
}

type Line = (line: string) => void

export class RecoverText implements RecoverOutput {
  readonly #line: Line
  readonly #isPreview: boolean
  readonly #totals = new RecoverTotals()

  constructor(line: Line, isPreview: boolean) {
    this.#line = line
    this.#isPreview = isPreview
  }

  action(partition: string, action: LoadAction): void {
    this.#line(`${partition}: ${loadActionText(action, this.#isPreview)}`)
    this.#totals.add(action)
  }

  logDir(dir: OpenLogDir): void {
    const { segments, bytes, lostBytes } = this.#totals.of(dir.path)
    const before = dir.isClean ? 'shut down cleanly' : 'not shut down cleanly'
    const cut = lostBytes > 0 ? `, ${byteCount(lostBytes)} lost` : ''
    const now = dir.failure === undefined ? '' : `; offline: ${dir.failure.message}`
    this.#line(
      `${dir.path}: ${before}; ${dir.loadedCount} logs, ${segments} segments read (${byteCount(bytes)})${cut}${now}`,
    )
  }
}

export class RecoverJson implements RecoverOutput {
  readonly #line: Line
  readonly #totals = new RecoverTotals()

  constructor(line: Line) {
    this.#line = line
  }

  action(partition: string, action: LoadAction): void {
    const { kind, path, ...facts } = action
    const members = facts as { readonly [key: string]: JsonValue }
    this.#line(jsonText({ partition, action: kind, file: path, ...members }))
    this.#totals.add(action)
  }

  logDir(dir: OpenLogDir): void {
    const { segments, bytes, lostBytes } = this.#totals.of(dir.path)
    this.#line(
      jsonText({
        logDir: dir.path,
        wasClean: dir.isClean,
        logs: dir.loadedCount,
        segmentsRead: segments,
        bytesRead: bytes,
        bytesLost: lostBytes,
        ...(dir.failure && { failure: dir.failure.message }),
      }),
    )
  }
}

interface Totals {
  segments: number
  bytes: number
  lostBytes: number
}

/** By log.dir. */
class RecoverTotals {
  readonly #byLogDir = new Map<string, Totals>()

  add(action: LoadAction): void {
    const totals = this.of(dirname(dirname(action.path)))
    if (action.kind === 'segment-dropped') totals.lostBytes += action.bytes
    if (action.kind === 'end-taken-earlier') totals.lostBytes += action.bytes
    if (action.kind !== 'segment-recovered') return
    totals.segments++
    totals.bytes += action.bytes
    if (action.cut?.isPadding !== true) totals.lostBytes += action.cut?.bytes ?? 0
  }

  of(logDir: string): Totals {
    const path = resolve(logDir)
    const known = this.#byLogDir.get(path)
    if (known !== undefined) return known
    const totals = { segments: 0, bytes: 0, lostBytes: 0 }
    this.#byLogDir.set(path, totals)
    return totals
  }
}

/** As a sentence's end, behind the partition's name. @param isPreview whether it was only tried */
export function loadActionText(action: LoadAction, isPreview = false): string {
  const text = doneText(action)
  if (!isPreview) return text
  return `would have ${text.replace(/^wrote/, 'written').replace(/^took/, 'taken')}`
}

function doneText(action: LoadAction): string {
  const name = basename(action.path)
  switch (action.kind) {
    case 'leftover-removed':
      return `removed ${name}: it ${action.why}`
    case 'swap-completed':
      return `put ${name} in place: the result of a compaction`
    case 'replaced-removed':
      return `removed ${name}: a compaction has replaced it`
    case 'orphan-index-removed':
      return `removed ${name}: an index without its log`
    case 'segment-divided':
      return `divided ${name}, whose offsets no index can hold: ${action.into.join(', ')}`
    case 'segment-recovered':
      return recoveredText(name, action)
    case 'segment-dropped':
      return `dropped ${name} (${action.bytes} bytes): ${action.why}`
    case 'snapshot-removed':
      return `removed ${name}: ${action.why}`
    case 'snapshot-written':
      return `wrote ${name}`
    case 'segment-created':
      return `created ${name}`
    case 'end-taken-earlier':
      return earlierEndText(name, action)
    default:
      return assertNever(action)
  }
}

function earlierEndText(
  name: string,
  { logEndOffset, notedOffset, position, bytes }: EarlierEnd,
): string {
  const noted = notedOffset === undefined ? '' : `, not ${notedOffset} as its log.dir notes`
  const end = `took offset ${logEndOffset} for the end of the log${noted}: offsets are given out twice`
  if (bytes === 0) return end
  const passedOver = `${bytes} bytes of ${name} from byte ${position} on are passed over`
  return `${end}; ${passedOver}, and what is written next lies behind them`
}

const WHY: Readonly<Record<RecoveredSegment['why'], string>> = {
  'unclean-shutdown': '',
  'no-index': ', as its index is missing',
  'transaction-index': ', as its transaction index is wrong',
}

function recoveredText(name: string, { why, bytes, batches, cut }: RecoveredSegment): string {
  const read = `read ${name}${WHY[why]}: ${batches} batches in ${bytes - (cut?.bytes ?? 0)} bytes`
  if (cut === undefined) return read
  return `${read}; cut ${cut.bytes} bytes from byte ${cut.position} on: ${cut.reason}`
}
