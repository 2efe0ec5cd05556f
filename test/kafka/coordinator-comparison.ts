/** What the broker's coordinators say of groups and transactions, and what we read in the topics they keep. */
import { expect } from 'vitest'
import type { KafkaBroker } from './kafka-broker.ts'
import { printed } from './kbroker.ts'

/** The tool puts groups and members in the order of its hash maps; only the order of lines may differ. */
export async function expectSameGroups(broker: KafkaBroker): Promise<void> {
  const { tools, bootstrap, logDirs } = broker
  const tool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
  for (const options of [['--offsets'], ['--members', '--verbose']]) {
    const args = ['--bootstrap-server', bootstrap, '--describe', '--all-groups', ...options]
    const kafkas = sortedLines(await tools.print(tool, ...args))
    const ours = ['groups', '--describe', ...options, '--log-dirs', logDirs.join(',')]
    expect(sortedLines(await printed(...ours))).toEqual(kafkas)
    for (const group of ['classic', 'modern']) {
      expect(kafkas.filter(line => line.startsWith(`${group} `)).length).toBeGreaterThan(1)
    }
  }
}

function sortedLines(text: string): string[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .sort()
}

interface TransactionalId {
  readonly kind: 'transactional-id'
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly state: string
  readonly timeoutMs: number
  readonly startTimestamp: number | null
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
}

interface OpenTransaction {
  readonly kind: 'open'
  readonly topic: string
  readonly partition: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly lastTimestamp: number
  readonly firstOffset: number
}

/** Of Traffic's transactions; one is open, in paid-0. */
export async function expectSameTransactions(broker: KafkaBroker): Promise<void> {
  const ours = await printed('transactions', '--json', '--log-dirs', broker.logDirs.join(','))
  const lines = ours
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as TransactionalId | OpenTransaction)
  const ids = lines.filter(line => line.kind === 'transactional-id')
  const open = lines.filter(line => line.kind === 'open')

  const listed = await kafkaTransactions(broker, 'list')
  expect(ids.map(({ transactionalId }) => transactionalId)).toEqual(
    listed.map(row => row.TransactionalId).sort(),
  )
  for (const id of ids) {
    const described = await kafkaTransactions(
      broker,
      ...['describe', '--transactional-id', id.transactionalId],
    )
    expect([asDescribed(id)]).toEqual(
      described.map(row => ({ ...row, TransactionDurationMs: undefined })),
    )
  }

  expect(open.length).toBe(1)
  for (const partition of [0, 1]) {
    const producers = await kafkaTransactions(
      broker,
      ...['describe-producers', '--topic', 'paid', '--partition', String(partition)],
    )
    const begun = producers.filter(row => row.CurrentTransactionStartOffset !== 'None')
    expect(open.filter(row => row.partition === partition).map(asProducer)).toEqual(
      begun.map(row => ({ ...row, LastSequence: undefined })),
    )
  }
}

type Row = Readonly<Record<string, string>>

/** Its columns are separated by tabs and filled with blanks. */
async function kafkaTransactions(broker: KafkaBroker, ...args: string[]): Promise<Row[]> {
  const { tools, bootstrap } = broker
  const tool = 'org.apache.kafka.tools.TransactionsCommand'
  const text = await tools.print(tool, '--bootstrap-server', bootstrap, ...args)
  const [names = [], ...rows] = text
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split('\t').map(cell => cell.trim()))
  return rows.map(cells =>
    Object.fromEntries(
      names.flatMap((name, i): [string, string][] => (name === '' ? [] : [[name, cells[i] ?? '']])),
    ),
  )
}

function asDescribed(id: TransactionalId): Row {
  return {
    CoordinatorId: '1',
    TransactionalId: id.transactionalId,
    ProducerId: String(id.producerId),
    ProducerEpoch: String(id.producerEpoch),
    TransactionState: id.state,
    TransactionTimeoutMs: String(id.timeoutMs),
    CurrentTransactionStartTimeMs: String(id.startTimestamp ?? 'None'),
    TopicPartitions: id.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(','),
  }
}

function asProducer(transaction: OpenTransaction): Row {
  return {
    ProducerId: String(transaction.producerId),
    ProducerEpoch: String(transaction.producerEpoch),
    LatestCoordinatorEpoch: String(transaction.coordinatorEpoch),
    LastTimestamp: String(transaction.lastTimestamp),
    CurrentTransactionStartOffset: String(transaction.firstOffset),
  }
}
