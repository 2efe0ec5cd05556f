/** The way from `produce` to a log.dir: what it asks for, and what it gets. */
import type { ProducerIdentity } from '../client/accumulator.ts'
import type { BatchSink } from '../client/batch-sink.ts'
import type { BrokerFile } from '../log-dirs/broker-file.ts'
import type { CommandContext } from './command-context.ts'

export interface DirectorySinkOptions {
  readonly topic: string
  readonly logDirs: readonly string[]
  readonly brokerFile: BrokerFile
  /** Of the topic, if it has to be made; where it is there already, it has to have as many. */
  readonly partitionCount: number | undefined
  /** As far as it differs from the defaults. */
  readonly topicConfig: Readonly<Record<string, string>>
  readonly durability: Durability
  readonly isIdempotent: boolean
  readonly quiet?: true
}

/** When a batch is acknowledged: in the page cache, that and synced now and then, or synced. */
export type Durability = 'os' | 'interval' | 'batch'
export const DURABILITIES: readonly Durability[] = ['os', 'interval', 'batch']

export interface DirectorySink {
  readonly sink: BatchSink
  /** Where it was asked to be idempotent: nobody's before. */
  readonly producer: ProducerIdentity | undefined
  /** Leaves the directory as at a clean shutdown. Not called twice. */
  close(): Promise<void>
}

export type OpenDirectorySink = (
  options: DirectorySinkOptions,
  context: CommandContext,
) => Promise<DirectorySink>
