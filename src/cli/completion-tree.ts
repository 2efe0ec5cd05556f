/** The words that a command line can be made of, told from the commands themselves: what a shell completes. */
import type { Command, Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import type { CommandEntry } from './command-entry.ts'

export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly CompletedOption[]
  /** Whether its arguments are partitions and paths. */
  readonly takesPaths: boolean
  /** Words its first argument is chosen from. */
  readonly choices: readonly string[]
}

export interface CompletedOption {
  /** With their dashes: `-q`, `--quiet`. */
  readonly flags: readonly string[]
  readonly description: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
  /** Whether its values are files or directories. */
  readonly takesPath: boolean
}

export async function completedCommands(
  entries: readonly CommandEntry[],
  context: CommandContext,
): Promise<CompletedCommand[]> {
  const commands: CompletedCommand[] = []
  for (const { name, summary, load } of entries) {
    const create = await load()
    commands.push(completedCommand(name, summary, create(context)))
  }
  return commands
}

function completedCommand(name: string, summary: string, command: Command): CompletedCommand {
  const [argument] = command.registeredArguments
  const choices = argument?.argChoices ?? []
  return {
    name,
    summary,
    options: [...command.options.filter(({ hidden }) => !hidden).map(completedOption), HELP],
    takesPaths: argument !== undefined && choices.length === 0,
    choices,
  }
}

function completedOption(option: Option): CompletedOption {
  const { short, long, description, required, optional, argChoices } = option
  return {
    flags: [short, long].filter(flag => flag !== undefined),
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
    takesPath: /<(?:dirs|files|paths?)(?:\.\.\.)?>/.test(option.flags),
  }
}

const HELP: CompletedOption = {
  flags: ['-h', '--help'],
  description: 'display help for command',
  takesValue: false,
  choices: [],
  takesPath: false,
}
