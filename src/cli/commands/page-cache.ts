/** `kbroker page-cache`: what of partitions is in memory, which lag that serves, and how to change it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { isReadFailure, UsageError } from '../../base/errors.ts'
import { pageCacheNotice } from '../../disk/page-cache.ts'
import { evictLogs, warm, type ResidencyChange } from '../../inspect/page-cache/change-residency.ts'
import { partitionResidency } from '../../inspect/page-cache/partition-residency.ts'
import type { OffsetRange } from '../../inspect/offsets/offset-point.ts'
import { rangeInLog } from '../../inspect/offsets/range-in-log.ts'
import { colourOf, type Colour } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  limitsOf,
  logDirsOf,
  noticesTo,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { interruptBy } from '../interrupt-signals.ts'
import { leavingOut } from '../left-out.ts'
import { parseOffsetRange } from '../offset-grammar.ts'
import { startProgress } from '../progress.ts'
import { byteCount } from '../render/byte-count.ts'
import { residencyJson } from '../render/page-cache-json.ts'
import { partitionLines, segmentLines, type ResidencyRow } from '../render/page-cache-text.ts'
import { scannedPartitions, type ScannedPartition } from '../scanned-partitions.ts'
import { resolveTargets } from '../targets.ts'

interface PageCacheCommandOptions extends LogDirsOption, OutputOptions {
  readonly warm?: string
  readonly evict?: true
  /** Milliseconds. */
  readonly watch?: number | true
}

const WATCH_MS = 2000

export function createPageCacheCommand(context: CommandContext): Command {
  const command = new Command('page-cache')
    .description(
      'Tells which bytes of logs the operating system keeps in memory, and how far behind a consumer\n' +
        'may be and still be served without the disk: from the end of the log down to the first byte\n' +
        'that is not there. Looking changes nothing; --warm and --evict change what is in memory, and\n' +
        'no byte of any file. Linux, with the optional dependency koffi.',
    )
    .argument(
      '[paths...]',
      'log files, partition folders, log.dirs, patterns, or topic[-partition]',
    )
  addLogDirsOption(command)
  command
    .addOption(
      new Option('--warm <range>', 'read these offsets into memory: A:B, A:, -N, @TIME').conflicts(
        'evict',
      ),
    )
    .option('--evict', 'give up what is in memory, but for what is not written yet')
    .addOption(
      new Option('--watch [seconds]', `look again and again (default: ${WATCH_MS / 1000})`)
        .argParser(parseSeconds)
        .conflicts(['warm', 'evict']),
    )
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: PageCacheCommandOptions) =>
      runPageCache(paths, options, context),
    )
}

async function runPageCache(
  paths: readonly string[],
  options: PageCacheCommandOptions,
  context: CommandContext,
): Promise<void> {
  const range =
    options.warm === undefined ? undefined : parseOffsetRange(options.warm, context.nowMs())
  const colour = await colourOf(options, context)
  if (options.watch !== undefined) return watch(paths, options, context, colour)
  const partitions = await chosenPartitions(paths, options, context)
  const isAlone = options.evict === true || range !== undefined
  const changes = isAlone ? await change(partitions, range, options, context) : undefined
  const rows = look(partitions, context, changes)
  const { stdout } = context
  if (options.json === true) {
    for (const row of rows) stdout.line(residencyJson(row))
    return
  }
  if (rows.length === 0) return
  const lines = [...segmentLines(rows, colour), '', ...partitionLines(rows, colour)]
  for (const line of lines) stdout.line(line)
}

/** Until it is interrupted. What comes meanwhile is found; what can't be read is told each time. */
async function watch(
  paths: readonly string[],
  options: PageCacheCommandOptions,
  context: CommandContext,
  colour: Colour,
): Promise<void> {
  const { stdout, terminal, nowMs } = context
  const signal = interruptBy(process)
  const everyMs = options.watch === true ? WATCH_MS : options.watch
  while (!signal.aborted) {
    const rows = look(await chosenPartitions(paths, options, context), context)
    const timestamp = nowMs()
    if (options.json === true) {
      for (const row of rows) stdout.line(residencyJson(row, timestamp))
    } else {
      if (terminal.stdoutIsTerminal) stdout.text(CLEAR_SCREEN)
      else if (stdout.position > 0) stdout.line('')
      stdout.line(new Date(timestamp).toISOString())
      for (const line of partitionLines(rows, colour)) stdout.line(line)
    }
    stdout.flush()
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

const CLEAR_SCREEN = '\u001b[H\u001b[2J'

async function chosenPartitions(
  paths: readonly string[],
  options: PageCacheCommandOptions,
  context: CommandContext,
): Promise<ScannedPartition[]> {
  const { disk, workingDirectory, environment } = context
  const logDirs = logDirsOf(options, environment)
  const onRefusal = leavingOut(context)
  const targets = await resolveTargets(paths, { logDirs, disk, workingDirectory, onRefusal })
  if (targets.length === 0) throw new UsageError('nothing to look at: give a path, or --log-dirs')
  const limits = limitsOf(options)
  return scannedPartitions(targets, { disk, workingDirectory, onRefusal, limits })
}

function look(
  partitions: readonly ScannedPartition[],
  context: CommandContext,
  changes?: ReadonlyMap<ScannedPartition, ResidencyChange>,
): ResidencyRow[] {
  const rows: ResidencyRow[] = []
  for (const each of partitions) {
    const { topic, partition, log, segments } = each
    const { path } = log.directory
    attempt(context, () => {
      const residency = partitionResidency(context.disk, { ...log, segments })
      if (residency === undefined) return tellBlindness(segments[0]?.log.path ?? path, context)
      const name = nameOf(each)
      rows.push({ name, topic, partition, path, residency, change: changes?.get(each) })
    })
  }
  return rows
}

async function change(
  partitions: readonly ScannedPartition[],
  range: OffsetRange | undefined,
  options: PageCacheCommandOptions,
  context: CommandContext,
): Promise<Map<ScannedPartition, ResidencyChange>> {
  const { disk } = context
  const notice = noticesTo(options, context)
  const changes = new Map<ScannedPartition, ResidencyChange>()
  const progress = await startProgress('reading', context)
  let read = 0
  const onProgress = (bytes: number) => progress.advance((read += bytes))
  for (const each of partitions) {
    const { log, segments } = each
    attempt(context, () => {
      const chosen = { ...log, segments }
      const { path } = log.directory
      const offsets = range && rangeInLog(disk, chosen, range, path)
      if (offsets?.notice !== undefined) notice(`kbroker: ${offsets.notice}`)
      const done = offsets ? warm(disk, chosen, offsets, onProgress) : evictLogs(segments)
      changes.set(each, done)
      progress.clear()
      const difference = done.residentAfter - done.residentBefore
      const verb = difference < 0 ? 'given up' : 'brought in'
      const text =
        `${byteCount(Math.abs(difference))} ${verb} of ${byteCount(done.bytes)}, ` +
        `${byteCount(done.residentAfter)} are in memory now`
      notice(`kbroker: ${nameOf(each)}: ${text}`)
    })
  }
  progress.stop()
  if (range !== undefined && isNothingOf(changes)) {
    context.stderr(`kbroker: nothing was brought in: no log has offsets in ${options.warm}`)
    context.endWith(EXIT.itemFailed)
  }
  return changes
}

/** Of logs that have something. */
function isNothingOf(changes: ReadonlyMap<ScannedPartition, ResidencyChange>): boolean {
  const logs = [...changes.keys()].flatMap(({ segments }) => segments)
  const isWarmed = [...changes.values()].some(({ bytes }) => bytes > 0)
  return !isWarmed && logs.some(({ log }) => log.size > 0)
}

function attempt(context: CommandContext, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isReadFailure(error)) throw error
    context.stderr(`kbroker: ${error.message}`)
    context.endWith(EXIT.itemFailed)
  }
}

function tellBlindness(path: string, { stderr, endWith }: CommandContext): void {
  stderr(`kbroker: ${pageCacheNotice(path) ?? `nobody tells what is in memory of ${path}`}`)
  endWith(EXIT.itemFailed)
}

function nameOf({ topic, partition, log }: ScannedPartition): string {
  return topic === '' ? log.directory.path : `${topic}-${partition}`
}

function parseSeconds(text: string): number {
  const ms = Number(text) * 1000
  if (!/^\d+(\.\d+)?$/.test(text) || ms < WATCH_MS_MIN || ms > WATCH_MS_MAX) {
    throw new InvalidArgumentError('Expected seconds from 0.1 to 86400; paths go before it.')
  }
  return ms
}

const WATCH_MS_MIN = 100
const WATCH_MS_MAX = 86_400_000

const EXAMPLES = `
Examples:
  kbroker page-cache orders --log-dirs /data/a,/data/b
  kbroker page-cache /data/a/orders-3 --warm -100000
  kbroker page-cache /data/a/orders-3 --warm @2026-03-01T12:00:00Z: --json | jq .change
  kbroker page-cache /data/a --watch 5 --json | jq '{topic, partition, lag: .servedFromMemory.lag}'

Bytes of the logs themselves are counted, not of their indexes. --watch goes on until it is
interrupted, and leaves the segments out.

Exit codes: 0 fine, interrupted watching among it · 1 something could not be read, nobody tells what
is in memory, or no log has the offsets to --warm · 2 usage`
