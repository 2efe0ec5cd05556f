/** `kbroker completion`: scripts for shells, and the names that those scripts ask for. */
import { Argument, Command } from 'commander'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { CommandContext } from '../command-context.ts'
import type { CommandEntry } from '../command-entry.ts'
import { addLogDirsOption, logDirsOf, type LogDirsOption } from '../common-options.ts'
import { completedCommands } from '../completion-tree.ts'
import { completionScript } from '../render/completion-script.ts'
import { partitionsIn } from '../targets.ts'

const WORDS = ['bash', 'zsh', 'fish', 'names'] as const
type Word = (typeof WORDS)[number]

/** @param commands what there is to complete, this command among it */
export function createCompletionCommand(
  context: CommandContext,
  commands: readonly CommandEntry[],
): Command {
  const command = new Command('completion')
    .description(
      'Prints a script that completes kbroker in a shell: commands, options, and the names of\n' +
        'topics and partitions in --log-dirs.',
    )
    .addArgument(
      new Argument(
        '<shell>',
        'or names: the topics and partitions that the scripts ask for',
      ).choices(WORDS),
    )
  addLogDirsOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((word: Word, options: LogDirsOption) =>
      runCompletion(word, options, { context, commands }),
    )
}

interface Completion {
  readonly context: CommandContext
  readonly commands: readonly CommandEntry[]
}

async function runCompletion(
  word: Word,
  options: LogDirsOption,
  { context, commands }: Completion,
): Promise<void> {
  const lines =
    word === 'names'
      ? namesIn(options, context)
      : completionScript(word, await completedCommands(commands, context))
  for (const line of lines) context.stdout.line(line)
}

/** Topics first, as most often meant, then topic-partition; each once. */
function namesIn(options: LogDirsOption, { disk, environment }: CommandContext): string[] {
  const partitions = logDirsOf(options, environment)
    .flatMap(logDir => partitionsIn(logDir, disk))
    .filter(({ state, topic }) => state === 'live' && topic !== METADATA_TOPIC)
  const topics = partitions.map(({ topic = '' }) => topic)
  return [...new Set([...topics.sort(), ...partitions.map(({ name }) => name).sort()])]
}

const EXAMPLES = `
Examples:
  source <(kbroker completion bash)
  kbroker completion zsh > "\${fpath[1]}/_kbroker"
  kbroker completion fish | source

Exit codes: 0 fine · 1 a log.dir could not be read · 2 usage`
