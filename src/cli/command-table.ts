/**
 * All commands, each loaded only when it is the one asked for: `kbroker --version` and `--help` read none of them.
 */
import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<(context: CommandContext) => Command>
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'dump',
    summary: 'print batches, records and index entries; kafka-dump-log with more',
    load: async () => (await import('./commands/dump.ts')).createDumpCommand,
  },
  {
    name: 'verify',
    summary: 'check every file of log.dirs against every other',
    load: async () => (await import('./commands/verify.ts')).createVerifyCommand,
  },
  {
    name: 'lookup',
    summary: 'find the record at an offset or a time, by the indexes',
    load: async () => (await import('./commands/lookup.ts')).createLookupCommand,
  },
  {
    name: 'offsets',
    summary: 'tell where partitions begin and end; kafka-get-offsets with more',
    load: async () => (await import('./commands/offsets.ts')).createOffsetsCommand,
  },
  {
    name: 'search',
    summary: 'find records by key, value and headers',
    load: async () => (await import('./commands/search.ts')).createSearchCommand,
  },
]
