/** `kbroker truncate`: takes the end off logs. */
import { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { addTrimOptions, runTrim, type TrimCommandOptions } from '../run-trim.ts'

interface TruncateOptions extends TrimCommandOptions {
  readonly to?: string
}

export function createTruncateCommand(context: CommandContext): Command {
  const command = new Command('truncate')
    .description(
      'Takes the records from an offset on off the logs of a stopped broker. A batch goes as a whole:\n' +
        'where the offset lies within one, the log ends before it. Without --execute it only shows\n' +
        'which files, records, committed offsets and transactions are concerned.',
    )
    .argument('[words...]', 'partitions: paths, or names with --log-dirs')
    .option('--to <offset>', 'the first that goes: N, -N, start, @TIME, -1h')
  return addTrimOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: TruncateOptions) => {
      const request = { action: 'truncate', words, offset: options.to, flag: '--to' } as const
      return runTrim(request, options, context)
    })
}

const EXAMPLES = `
It refuses a log that loses data when it is opened (kbroker repair first), and the cluster's own log,
__cluster_metadata. What was interrupted is finished by the same command, unless its offset is -N: that
counts from where the log ends by then. A copy that was not finished is named ….partial.

Examples:
  kbroker truncate orders-0 --to 1200 --log-dirs /data/a,/data/b
  kbroker truncate orders --to @2026-03-01T12:00:00Z --log-dirs /data/a,/data/b --execute
  kbroker truncate /data/a/orders-0 --to -10 --backup /spare/orders --execute
  kbroker dump /data/a/orders-0/kept-truncate-1200-1300 --print-data-log   # what went

Exit codes: 0 fine · 1 the disk failed, a broker has the log.dir, or no such offset · 2 usage`
