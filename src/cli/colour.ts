/** Colour for people at a terminal, and for nobody else unless they ask. */
import { Chalk, type ChalkInstance } from 'chalk'
import { Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

export type ColourChoice = 'auto' | 'always' | 'never'

export interface ColourOption {
  readonly color: ColourChoice
}

const CHOICES: readonly ColourChoice[] = ['auto', 'always', 'never']
const BASIC_COLOURS = 1

export function addColourOption(command: Command): Command {
  return command.addOption(
    new Option('--color <when>', 'colour the output').choices(CHOICES).default('auto'),
  )
}

/** The flag before NO_COLOR (https://no-color.org), that before the terminal. */
export function colourOf({ color }: ColourOption, context: CommandContext): ChalkInstance {
  return new Chalk({ level: isColoured(color, context) ? BASIC_COLOURS : 0 })
}

function isColoured(
  choice: ColourChoice,
  { environment, terminal }: Pick<CommandContext, 'environment' | 'terminal'>,
): boolean {
  if (choice !== 'auto') return choice === 'always'
  const { NO_COLOR: noColour = '', TERM: term } = environment
  return noColour === '' && term !== 'dumb' && terminal.stdoutIsTerminal
}
