/**
 * All commands, each loaded only when it is the one asked for: `kbroker --version` and `--help` read none of them.
 */
import type { CommandEntry } from './command-entry.ts'

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
  {
    name: 'consume',
    summary: 'print the records of a topic; kcat -C and kafka-console-consumer on a log.dir',
    load: async () => (await import('./commands/consume.ts')).createConsumeCommand,
  },
  {
    name: 'stats',
    summary: 'tell what batches and records are like',
    load: async () => (await import('./commands/stats.ts')).createStatsCommand,
  },
  {
    name: 'log-dirs',
    summary: 'account for bytes, segments and leftovers; kafka-log-dirs with more',
    load: async () => (await import('./commands/log-dirs.ts')).createLogDirsCommand,
  },
  {
    name: 'flush',
    summary: 'tell what power loss would cost, and what a flush policy would change',
    load: async () => (await import('./commands/flush.ts')).createFlushCommand,
  },
  {
    name: 'page-cache',
    summary: 'tell what of logs is in memory, bring records in, give them up',
    load: async () => (await import('./commands/page-cache.ts')).createPageCacheCommand,
  },
  {
    name: 'forecast',
    summary: 'tell what a start does to log.dirs, what retention does then, when they are full',
    load: async () => (await import('./commands/forecast.ts')).createForecastCommand,
  },
  {
    name: 'topics',
    summary: "list, describe, create and delete a stopped broker's topics",
    load: async () => (await import('./commands/topics.ts')).createTopicsCommand,
  },
  {
    name: 'groups',
    summary: 'tell what __consumer_offsets says: groups, members, offsets, lag',
    load: async () => (await import('./commands/groups.ts')).createGroupsCommand,
  },
  {
    name: 'transactions',
    summary: 'tell what transactions are open, which hang, and what they hold back',
    load: async () => (await import('./commands/transactions.ts')).createTransactionsCommand,
  },
  {
    name: 'diff',
    summary: 'compare two copies of partitions, by offset, record and batch',
    load: async () => (await import('./commands/diff.ts')).createDiffCommand,
  },
  {
    name: 'produce',
    summary: 'write records from a pipe into a topic on log.dirs',
    load: async () => {
      const [{ createProduceCommand }, { openDirectorySink }, { processPorts }] = await Promise.all(
        [
          import('./commands/produce.ts'),
          import('./open-directory-sink.ts'),
          import('./produce-ports.ts'),
        ],
      )
      return context => createProduceCommand(context, processPorts(openDirectorySink))
    },
  },
  {
    name: 'serve',
    summary: 'a Kafka broker of its own on log.dirs, for any Kafka client',
    load: async () => {
      const { createServeCommand } = await import('./commands/serve.ts')
      return context => createServeCommand(context, process)
    },
  },
  {
    name: 'recover',
    summary: "do what a broker's start does to log.dirs, after a crash most of all",
    load: async () => (await import('./commands/recover.ts')).createRecoverCommand,
  },
  {
    name: 'reindex',
    summary: 'build indexes, producer snapshots and leader epochs anew from the logs',
    load: async () => (await import('./commands/reindex.ts')).createReindexCommand,
  },
  {
    name: 'repair',
    summary: 'mend damaged logs: cut them as a broker does, or keep every batch that holds',
    load: async () => (await import('./commands/repair.ts')).createRepairCommand,
  },
  {
    name: 'retention',
    summary: 'tell what retention deletes now and when the rest, and delete it',
    load: async () => (await import('./commands/retention.ts')).createRetentionCommand,
  },
  {
    name: 'compact',
    summary: 'keep the newest record of each key, as a broker cleans compacted topics',
    load: async () => (await import('./commands/compact.ts')).createCompactCommand,
  },
  {
    name: 'truncate',
    summary: "take the end off a stopped broker's logs",
    load: async () => (await import('./commands/truncate.ts')).createTruncateCommand,
  },
  {
    name: 'delete-records',
    summary: "take the beginning off a stopped broker's logs",
    load: async () => (await import('./commands/delete-records.ts')).createDeleteRecordsCommand,
  },
  {
    name: 'move',
    summary: 'move partitions of a stopped broker between its log.dirs',
    load: async () => (await import('./commands/move.ts')).createMoveCommand,
  },
  {
    name: 'export',
    summary: 'copy partitions out, as JSON lines or as a folder with checksums',
    load: async () => (await import('./commands/export.ts')).createExportCommand,
  },
  {
    name: 'import',
    summary: 'put back what export wrote, into the log.dirs of a stopped broker',
    load: async () => (await import('./commands/import.ts')).createImportCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that completes kbroker in bash, zsh or fish',
    load: async () => {
      const { createCompletionCommand } = await import('./commands/completion.ts')
      return context => createCompletionCommand(context, COMMANDS)
    },
  },
]
