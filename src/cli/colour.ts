/** Colour for people at a terminal, and for nobody else unless they ask. */
import { Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

export type ColourChoice = 'auto' | 'always' | 'never'

export interface ColourOption {
  readonly color: ColourChoice
}

export type Paint = (text: string) => string

/** What chalk offers, as far as it is used here. */
export type Colour = Readonly<Record<'bold' | 'dim' | 'red' | 'yellow', Paint>>

const plain: Paint = text => text
export const PLAIN: Colour = { bold: plain, dim: plain, red: plain, yellow: plain }

const CHOICES: readonly ColourChoice[] = ['auto', 'always', 'never']
const BASIC_COLOURS = 1

export function addColourOption(command: Command): Command {
  return command.addOption(
    new Option('--color <when>', 'colour the output').choices(CHOICES).default('auto'),
  )
}

/**
 * The flag before NO_COLOR (https://no-color.org), that before the terminal. In a pipe chalk is not even loaded: an
 * ECMAScript module costs a command 15 ms.
 */
export async function colourOf({ color }: ColourOption, context: CommandContext): Promise<Colour> {
  if (!isColoured(color, context)) return PLAIN
  const { Chalk } = await import('chalk')
  return new Chalk({ level: BASIC_COLOURS })
}

function isColoured(
  choice: ColourChoice,
  { environment, terminal }: Pick<CommandContext, 'environment' | 'terminal'>,
): boolean {
  if (choice !== 'auto') return choice === 'always'
  const { NO_COLOR: noColour = '', TERM: term } = environment
  return noColour === '' && term !== 'dumb' && terminal.stdoutIsTerminal
}
