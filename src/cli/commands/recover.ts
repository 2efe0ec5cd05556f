/** `kbroker recover`: what a broker's start does to log.dirs, and no more. */
import { Command } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import type { LoadAction } from '../../log/load-action.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import { LogDirs } from '../../log-dirs/log-dirs.ts'
import { logOpening } from '../../log-dirs/topic-log-configs.ts'
import { withBrokerFile } from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import { noticesTo, parsePositiveInteger } from '../common-options.ts'
import { PREVIEW_NOTICE } from '../execute-option.ts'
import { EXIT } from '../exit-code.ts'
import { readingFor } from '../left-out.ts'
import {
  addMaintenanceOptions,
  type MaintainedBroker,
  type MaintenanceOptions,
  readMaintainedBroker,
} from '../maintained-broker.ts'
import { NO_PROGRESS, startProgress } from '../progress.ts'
import { DEFAULT_THREADS, recoveryThreading } from '../recovery-threads.ts'
import { RecoverJson, RecoverText, type RecoverOutput } from '../render/recover-output.ts'
import { refuseRepeated, requiredLogDirs } from '../required-log-dirs.ts'
import { tellOfFolders, tellOfRoots } from '../start-notices.ts'

interface RecoverOptions extends MaintenanceOptions {
  readonly threads?: number
}

export function createRecoverCommand(context: CommandContext): Command {
  const command = new Command('recover')
    .description(
      'Does to log.dirs what a broker does when it starts, and then closes them cleanly: after a crash\n' +
        'it reads segments again from the recovery point on, cuts them where a batch does not hold,\n' +
        'drops what lies behind, and builds indexes and producer snapshots anew.\n' +
        'Without --execute it only tells what that would be, and changes nothing.',
    )
    .argument('[words...]')
    .option('--threads <count>', `default: ${DEFAULT_THREADS}`, parsePositiveInteger)
  return addMaintenanceOptions(command, 'of one broker, all of them')
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: RecoverOptions) => runRecover(words, options, context))
}

async function runRecover(
  words: readonly string[],
  given: RecoverOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  refuseWords(words, options)
  const paths = requiredLogDirs(options, context, words)
  refuseRepeated(paths, context.disk)
  const isPreview = options.execute !== true
  const progress = options.quiet === true ? NO_PROGRESS : await startProgress('recovering', context)
  const { stdout, terminal } = context
  const Output = options.json === true ? RecoverJson : RecoverText
  const { configs } = brokerHere(paths, brokerFile, { options, context })
  const tell = (line: string) => {
    progress.clear()
    stdout.line(line)
    if (terminal.stdoutIsTerminal) stdout.flush()
  }
  const output: RecoverOutput = new Output(tell, isPreview)
  const dropped: LoadAction[] = []
  const shortened: string[] = []
  const logDirs = LogDirs.open(paths, {
    disk: isPreview ? new OverlayDisk(context.disk) : context.writableDisk,
    takesLocks: !isPreview,
    clock: context,
    ...logOpening(configs),
    onAction: (partition, action) => {
      if (action.kind === 'segment-dropped') dropped.push(action)
      if (action.kind === 'end-taken-earlier') shortened.push(partition)
      output.action(partition, action)
    },
  })
  const wanted = { logDirCount: paths.length, threadCount: options.threads }
  const failed = await logDirs.recoverAll({
    isPreview,
    threading: recoveryThreading(wanted, context),
    onProgress: (bytes, totalBytes) => progress.advance(bytes, totalBytes),
  })
  progress.stop()
  for (const { path, error } of failed) {
    const reason = error instanceof Error ? error.message : String(error)
    context.stderr(`kbroker: ${path}: ${reason}`)
    context.endWith(EXIT.itemFailed)
  }
  await logDirs.close()
  const notice = noticesTo(options, context)
  for (const dir of logDirs.dirs) output.logDir(dir)
  if (shortened.length > 0) notice(`${shortened.join(', ')}: ${ENDS_EARLIER}`)
  if (isPreview) notice(PREVIEW_NOTICE)
  else if (dropped.length > 0) notice(`what was dropped is there yet, as *.deleted: ${REMOVED_BY}`)
}

const REMOVED_BY = "the next start removes it, a broker's or that of recover"

const ENDS_EARLIER =
  'a start takes an earlier end of the log than was noted, or than its file has, and gives offsets out twice: ' +
  'kbroker repair shows what can be kept, best before --execute and before a broker starts'

/** Somebody may have put a blank for the comma. */
function refuseWords([word]: readonly string[], { logDirs }: RecoverOptions): void {
  if (word === undefined || logDirs === undefined) return
  const all = [...logDirs, word].join(',')
  throw new UsageError(`too many arguments: ${word}; separate log.dirs with commas: ${all}`)
}

/** What there is to say of it, is told. */
function brokerHere(
  paths: readonly string[],
  brokerFile: BrokerFile,
  { options, context }: { readonly options: RecoverOptions; readonly context: CommandContext },
): MaintainedBroker {
  const { limits, notice } = readingFor(options, context)
  const problems: string[] = []
  const problem = (message: string) => {
    problems.push(message)
    notice(message)
  }
  const { disk } = context
  const broker = readMaintainedBroker(paths, brokerFile, { disk, limits, notice, problem })
  tellOfRoots(broker.cluster.logDirs, options, context)
  if (problems.length === 0) tellOfFolders(broker.cluster, options, context)
  return broker
}

const EXAMPLES = `
Examples:
  kbroker recover --log-dirs /data/a,/data/b
  kbroker recover --log-dirs /data/a,/data/b --execute
  kbroker recover --log-dirs /data/a --json | jq 'select(.cut)'

Exit codes: 0 fine · 1 a log can't be put in order, or the disk failed · 2 usage`
