/**
 * The command by which an operator ends a hanging transaction on a running cluster: the partition itself is given the
 * marker. What the coordinator has under way it ends by itself.
 *
 * Source: org.apache.kafka.tools.TransactionsCommand
 */
import { isHanging } from './hanging.ts'
import type { OpenInPartition } from './open-in-partitions.ts'

/** Undefined for one that does not hang. */
export function abortCommand(open: OpenInPartition): string | undefined {
  if (!isHanging(open.verdict)) return undefined
  const { topic, partition, firstOffset } = open
  return (
    'kafka-transactions.sh --bootstrap-server HOST:PORT abort ' +
    `--topic ${shellWord(topic)} --partition ${partition} --start-offset ${firstOffset}`
  )
}

/** Quoted where a shell would take it for more than a word. */
function shellWord(text: string): string {
  return /^[\w.:@%+=,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
