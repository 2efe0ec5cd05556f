/** From the words of a command line to the command they name. */
import { Command, CommanderError, type Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import { COMMANDS } from './command-table.ts'
import { EXIT } from './exit-code.ts'
import { PACKAGE_VERSION } from './version.ts'

export async function runProgram(args: readonly string[], context: CommandContext): Promise<void> {
  const program = await createProgram(args, context)
  try {
    await program.parseAsync(withoutHelpOfNothing(args), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) context.endWith(EXIT.usage)
  }
}

/** With `--help` beside it, or `help` before it, commander would take a wrong command for none. */
function withoutHelpOfNothing(args: readonly string[]): readonly string[] {
  const words = args.filter(arg => !arg.startsWith('-'))
  const asked = words[0] === 'help' ? words[1] : words[0]
  if (asked === 'help') return ['help']
  const isUnknown = asked !== undefined && !COMMANDS.some(named(asked))
  return isUnknown ? [asked] : args
}

function named(wanted: string): (command: { readonly name: string }) => boolean {
  return ({ name }) => name === wanted
}

async function createProgram(args: readonly string[], context: CommandContext): Promise<Command> {
  const program = configured(new Command('kbroker'), context)
    .description(
      'Reads, verifies, writes and recovers the log directories of Apache Kafka, without a broker.',
    )
    .version(PACKAGE_VERSION, '-V, --version')
    .helpCommand('help [command]', 'the same as kbroker <command> --help')
    .addHelpText('after', EXAMPLES)
  const asked = args.filter(arg => !arg.startsWith('-')).slice(0, args[0] === 'help' ? 2 : 1)
  for (const { name, summary, load } of COMMANDS) {
    if (asked.includes(name)) {
      const create = await load()
      program.addCommand(configured(create(context).summary(summary), context))
    } else {
      program.addCommand(new Command(name).summary(summary))
    }
  }
  return program
}

/** Errors become exceptions, texts go through our streams, a wrong word gets a suggestion. */
function configured(command: Command, context: CommandContext): Command {
  const { stdoutIsTerminal, columns } = context.terminal
  refuseSecondValues(command)
  return command
    .exitOverride()
    .showHelpAfterError(
      `(kbroker ${command.name() === 'kbroker' ? '' : `${command.name()} `}--help tells more)`,
    )
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: text => context.stdout.text(text),
      writeErr: text => context.stderr(text.replace(/\n$/, '')),
      getOutHelpWidth: () => (stdoutIsTerminal ? columns : 100),
      outputError: (text, write) => write(text.replace(/^error: /, 'kbroker: ')),
    })
}

/** The last one would win, and what was asked before it would go unanswered without a word. */
function refuseSecondValues(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.variadic || isCollecting(option)) continue
    let count = 0
    command.on(`option:${option.name()}`, () => {
      if (++count > 1) command.error(`error: option '${option.flags}' was given more than once`)
    })
  }
}

/** Such parsers take what was collected before. */
function isCollecting({ parseArg }: Option): boolean {
  return parseArg?.length === 2
}

const EXAMPLES = `
Examples:
  kbroker dump /data/a/orders-0/00000000000000000000.log --print-data-log
  kbroker verify /data/a /data/b
  kbroker search orders --log-dirs /data/a,/data/b --key customer-17

Exit codes: 0 fine · 1 an item failed · 2 usage
verify: 3 index damage · 4 log damage · 5 unreadable or locked`
