/** `kbroker verify`: every file of a log.dir against every other. */
import { Command, Option } from 'commander'
import { DiskError, UsageError } from '../../base/errors.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import { lockHolder } from '../../disk/file-lock.ts'
import { isBrokenPipe } from '../../disk/stream.ts'
import type { FindingClass } from '../../inspect/verify/finding-facts.ts'
import { THREADED_BYTES_MIN, verify, type VerifyTotals } from '../../inspect/verify/verify.ts'
import { colourOf } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  limitsOf,
  logDirsOf,
  noticesTo,
  parsePositiveInteger,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { coverOf } from '../covered-targets.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { notePageCache } from '../page-cache-note.ts'
import { startProgress } from '../progress.ts'
import { findingJson, findingLine, totalsJson, totalsLine } from '../render/verify-text.ts'
import { resolveTargets } from '../targets.ts'
import { keepYoungHeapSmall } from '../young-heap.ts'

interface VerifyCommandOptions extends LogDirsOption, OutputOptions {
  readonly shallow?: true
  readonly live?: true
  readonly workers?: number
}

export function createVerifyCommand(context: CommandContext): Command {
  const command = new Command('verify')
    .description(
      'Checks log.dirs, partition folders or single files: every file against every other.\n' +
        'One finding a line, totals last. Nothing is written.',
    )
    .argument('[paths...]', 'log.dirs, partition folders, files, patterns, or topic[-partition]')
    .addOption(
      new Option('--deep', 'checksums, and every record decoded: the default').conflicts('shallow'),
    )
    .option(
      '--shallow',
      'no bodies of batches: headers, offsets, indexes, markers, snapshots, checkpoints, names',
    )
    .option('--live', 'read a log.dir that a broker holds, without its unfinished end')
    .option('--workers <count>', 'threads (default: one for each processor)', parsePositiveInteger)
  addLogDirsOption(command)
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], options: VerifyCommandOptions) => {
      try {
        await runVerify(paths, options, context)
        context.stdout.flush()
      } catch (error) {
        const isUnreadable = error instanceof DiskError && !isBrokenPipe(error)
        if (isUnreadable) context.endWith(EXIT.unreadable)
        throw error
      }
    })
}

async function runVerify(
  paths: readonly string[],
  options: VerifyCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { disk, workingDirectory, environment, stdout } = context
  keepYoungHeapSmall()
  const logDirs = logDirsOf(options, environment)
  if (paths.length === 0 && logDirs.length === 0) {
    throw new UsageError('nothing to verify: give a path or --log-dirs')
  }
  const refused: DiskError[] = []
  const onRefusal = (error: DiskError) => {
    refused.push(error)
    context.stderr(`kbroker: ${error.message}`)
    context.endWith(EXIT.unreadable)
  }
  const sources = { logDirs, disk, workingDirectory, onRefusal }
  const targets = await resolveTargets(paths, sources)
  const isCovered = coverOf(targets, { disk, workingDirectory })
  const uncovered = targets.filter(target => !isCovered(target))
  const progress = await startProgress('verifying', context)
  const colour = await colourOf(options, context)
  const asked = {
    deep: options.shallow !== true,
    live: options.live === true,
    limits: limitsOf(options),
    workers: options.workers ?? context.parallelism,
    threadedBytesMin: options.workers === undefined ? THREADED_BYTES_MIN : 0,
  }
  const findings = verify(uncovered, asked, {
    disk: considerate(disk),
    workingDirectory,
    lockHolder,
    onSizes: sizes => notePageCache(() => sizes, noticesTo(options, context)),
    onProgress: (bytes, totalBytes) => progress.advance(bytes, totalBytes),
  })
  for (;;) {
    const { value, done } = await findings.next()
    progress.clear()
    if (done === true) return end(refused.length === 0 ? value : notAll(value), options, context)
    stdout.line(options.json === true ? findingJson(value) : findingLine(value, colour))
    if (context.terminal.stdoutIsTerminal) stdout.flush()
  }
}

/** Besides, a path could not be looked at. */
function notAll(totals: VerifyTotals): VerifyTotals {
  return { ...totals, classes: new Set([...totals.classes, 'unreadable']) }
}

function end(totals: VerifyTotals, options: VerifyCommandOptions, context: CommandContext): void {
  const exitCode = exitCodeOf(totals.classes)
  const text = options.json === true ? totalsJson : totalsLine
  context.stdout.line(text(totals, exitCode, options.shallow === true))
  if (exitCode !== EXIT.ok) context.endWith(exitCode)
}

/** The worst counts. */
function exitCodeOf(classes: ReadonlySet<FindingClass>): ExitCode {
  if (classes.has('unreadable')) return EXIT.unreadable
  if (classes.has('log') || classes.has('metadata')) return EXIT.logDamaged
  return classes.has('rebuildable') ? EXIT.rebuildable : EXIT.ok
}

const EXAMPLES = `
Examples:
  kbroker verify /data/a /data/b
  kbroker verify orders --log-dirs /data/a,/data/b --json | jq 'select(.severity == "error")'
  kbroker verify --shallow --live /data/a

A line:  severity kind file [position N] [offsets A..B] found: …; expected: …; at start: …; fix: …
'at start' is what Apache Kafka does about it when it starts on the directory as it is.
Notices are normal traces, of an unclean shutdown for one; they do not count for the exit code.

Exit codes: 0 clean · 2 usage · 3 only files that can be rebuilt from the logs are wrong
· 4 a log, or what says whose it is, is damaged · 5 something can't be read, or the output not be
written, or a broker holds the log.dir`
