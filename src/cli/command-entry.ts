/** A command as the program knows it before it is loaded. */
import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<(context: CommandContext) => Command>
}
