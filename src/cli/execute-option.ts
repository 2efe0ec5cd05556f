/** `--execute`: what changes data shows first what it would do. */
import type { Command } from 'commander'

export interface ExecuteOption {
  readonly execute?: true
}

export function addExecuteOption(command: Command): Command {
  return command.option('--execute', 'do it; without, it is only shown')
}

export const PREVIEW_NOTICE = 'nothing was changed: --execute does it'
