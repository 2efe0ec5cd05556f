/** `kbroker move`: partitions from one log.dir of a stopped broker to another. */
import { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { addMaintenanceOptions } from '../maintained-broker.ts'
import { type MoveCommandOptions, runMove } from '../run-move.ts'

export function createMoveCommand(context: CommandContext): Command {
  const command = new Command('move')
    .description(
      'Moves partitions of a stopped broker between its log.dirs: copies, reads the copy again, then\n' +
        'swaps, in its metadata log too. Interrupted at any time, it leaves what a broker starts over,\n' +
        'and what running it again finishes. What was moved away is kept as *-delete until a broker\n' +
        'runs. Without --execute it only shows the moves, and what each log.dir holds then.',
    )
    .argument('[moves...]', 'orders-0=/data/b; orders=/data/b for all partitions that are here')
    .option('--balance', 'even out bytes over the log.dirs, by few moves')
    .option('--drain <dir>', 'empty that one into the others, each to where most is free')
  return addMaintenanceOptions(command, 'of one broker, all of them')
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: MoveCommandOptions) => runMove(words, options, context))
}

const EXAMPLES = `
Examples:
  kbroker move orders-0=/data/b orders-1=/data/c --log-dirs /data/a,/data/b,/data/c
  kbroker move --balance --log-dirs /data/a,/data/b,/data/c --execute
  kbroker move --drain /data/a --config server.properties --execute

Exit codes: 0 fine · 1 no room, the disk failed, a broker runs, or a partition has to stay · 2 usage`
