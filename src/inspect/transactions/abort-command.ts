/**
 * The command by which an operator ends a hanging transaction on a running cluster. Where the coordinator has it under
 * way, the coordinator ends it, in all of its partitions; where it doesn't, the partition itself is given the marker.
 *
 * Source: org.apache.kafka.tools.TransactionsCommand
 */
import { isHanging } from './hanging.ts'
import type { OpenInPartition } from './open-in-partitions.ts'

/** Undefined for one that does not hang. */
export function abortCommand(open: OpenInPartition): string | undefined {
  if (!isHanging(open.verdict)) return undefined
  const tool = 'kafka-transactions.sh --bootstrap-server HOST:PORT'
  if (open.verdict === 'overdue' && open.known !== undefined) {
    const id = shellWord(open.known.transactionalId)
    return `${tool} forceTerminateTransaction --transactionalId ${id}`
  }
  const { topic, partition, firstOffset } = open
  return (
    `${tool} abort --topic ${shellWord(topic)} --partition ${partition} ` +
    `--start-offset ${firstOffset}`
  )
}

/** Quoted where a shell would take it for more than a word. */
function shellWord(text: string): string {
  return /^[\w.:@%+=,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
