/** `kbroker delete-records`: takes the beginning off logs. */
import { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { addTrimOptions, runTrim, type TrimCommandOptions } from '../run-trim.ts'

interface DeleteRecordsOptions extends TrimCommandOptions {
  readonly before?: string
}

export function createDeleteRecordsCommand(context: CommandContext): Command {
  const command = new Command('delete-records')
    .description(
      'Takes the records before an offset off the logs of a stopped broker, as kafka-delete-records\n' +
        'does where it runs: the log start offset goes up, and segments that hold nothing else go.\n' +
        'Without --execute it only shows which files, records and committed offsets are concerned.',
    )
    .argument('[words...]', 'partitions: paths, or names with --log-dirs')
    .option('--before <offset>', 'the first that stays: N, -N, end, @TIME, -1h')
  return addTrimOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: DeleteRecordsOptions) => {
      const { before: offset } = options
      const request = { action: 'delete-records', words, offset, flag: '--before' } as const
      return runTrim(request, options, context)
    })
}

const EXAMPLES = `
It refuses what a broker would refuse: internal topics, and topics that are compacted and never
deleted from (cleanup.policy=compact); and a log that loses data when it is opened (kbroker repair
first).

Examples:
  kbroker delete-records orders-0 --before 1200 --log-dirs /data/a,/data/b
  kbroker delete-records orders --before -7d --log-dirs /data/a,/data/b --execute
  kbroker delete-records /data/a/orders-0 --before end --no-backup --execute

Exit codes: 0 fine · 1 the disk failed, a broker has the log.dir, or no such offset · 2 usage`
