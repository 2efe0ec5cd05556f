/** `kbroker consume`: the records of a topic, out of its log.dirs, without a broker. */
import { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { addConsumeOptions, type ConsumeCommandOptions } from '../consume-options.ts'
import { consumeRequest } from '../consume-request.ts'
import { consumeOutput } from '../consume-output.ts'
import { runConsume } from '../run-consume.ts'

export function createConsumeCommand(context: CommandContext): Command {
  const command = new Command('consume')
    .description(
      'Prints the records of a topic, or of what the paths lead to, as a consumer is shown them:\n' +
        'no control records, nothing below the log start offset. Without --follow it begins at\n' +
        'the start and ends at the end; with it, it begins at the end, unless told otherwise.',
    )
    .argument(
      '[paths...]',
      'log files, partition folders, log.dirs, patterns, or topic[-partition]',
    )
  addConsumeOptions(command)
  return command
    .addHelpText('after', NOTES)
    .action(async (paths: string[], options: ConsumeCommandOptions) => {
      const request = consumeRequest(paths, options, context.nowMs())
      const output = consumeOutput(options)
      await runConsume(request, output, context)
    })
}

const NOTES = `
Records look as kafka-console-consumer prints them: a value a line, null as "null". With -K, -D or
-Z they look as kcat prints them: null is nothing, or NULL with -Z. Only --json, -J and --binary tell
null from every value; produce --json and produce --binary read back what they are.

-f has the language of kcl and rpk (franz-go):
  %t %k %v %h{%k=%v} topic, key, value, each header   %T %K %V %H  their sizes, the headers' count
  %p %o %e           partition, offset, leader epoch  %d %a{…}     timestamp, attributes
  %x %y              producer id and epoch            %[ %| %]     log start, last stable, high
  %i                 running number                                watermark
  %n                 1 key null, 2 value null, 3 both %B %P        base offset and position of the
  %% \\n \\t \\xNN      as they stand                                batch
  %v{hex} {base64} {base64raw} {unpack[>iq$]} · %o{hex64} {big32} {little16} {byte} … ·
  %d{go[2006-01-02T15:04:05Z07:00]} %d{strftime[%F %T]}
and with --kcat that of kcat: %t %p %o %k %s %K %S %R %T %h.

Examples:
  kbroker consume -t orders --log-dirs /data/a,/data/b -o -10
  kbroker consume -t orders --log-dirs /data/a -o @2026-03-01:@2026-03-02 --json | jq .value
  kbroker consume -t orders --log-dirs /data/a --follow -f '%p@%o %d{go[15:04:05]} %k: %v\\n'
  kbroker consume -t orders --log-dirs /data/a --binary | kbroker produce -t copy --binary …
  kbroker consume --topic orders --partition 3 --from-beginning --max-messages 5 \\
    --property print.key=true --property print.headers=true --log-dirs /data/a

Exit codes: 0 all was read · 1 something could not be read: a file, a damaged batch (which was
skipped), a partition that was asked for and is not here · 2 usage`
