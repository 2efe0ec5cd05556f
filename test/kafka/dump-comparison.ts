/** One command line, run by kafka-dump-log and by `kbroker dump`, and held side by side. */
import { expect } from 'vitest'
import { runInProcess, type CommandResult } from '../cli/run-in-process.ts'
import type { KafkaTools, ToolResult } from './kafka-tools.ts'

const DECODERS: readonly (readonly [RegExp, string])[] = [
  [/^__consumer_offsets-/, '--offsets-decoder'],
  [/^__transaction_state-/, '--transaction-log-decoder'],
  [/^__share_group_state-/, '--share-group-state-decoder'],
  [/^__remote_log_metadata-/, '--remote-log-metadata-decoder'],
  [/^__cluster_metadata-/, '--cluster-metadata-decoder'],
]

/** What shows most of the records in a partition's folder. */
export function decoderOf(folder: string): string {
  return DECODERS.find(([name]) => name.test(folder))?.[1] ?? '--print-data-log'
}

/**
 * Kafka's tool ends with a stack trace at some damage; ours goes on. There, what Kafka had printed must be the
 * beginning of what we print, and the files behind get another run.
 *
 * @returns how many runs it took
 */
export async function compareDumps(
  tools: KafkaTools,
  options: readonly string[],
  files: readonly string[],
): Promise<number> {
  let rest = files
  let runs = 0
  while (rest.length > 0) {
    const args = [...options, '--files', rest.join(',')]
    const ours = await runInProcess(['dump', ...args])
    const kafkas = await tools.run('org.apache.kafka.tools.DumpLogSegments', ...args)
    runs++
    if (kafkas.exception === undefined) {
      expectSame(ours, kafkas)
      return runs
    }
    expectSameBeginning(ours, kafkas)
    rest = rest.slice(rest.indexOf(lastDumped(kafkas)) + 1)
  }
  return runs
}

function expectSame(ours: CommandResult, kafkas: ToolResult): void {
  expect(kafkas.exitCode).toBe(0)
  expectBytes(ours.stdoutBytes, kafkas.stdout)
  expect(ours.stderr).toBe(kafkas.stderr.toString('utf8'))
  expect(ours.exitCode).toBe(0)
}

function expectSameBeginning(ours: CommandResult, kafkas: ToolResult): void {
  expectBytes(ours.stdoutBytes.subarray(0, kafkas.stdout.length), kafkas.stdout)
  const said = kafkas.stderr.toString('utf8')
  expect(ours.stderr.slice(0, said.length)).toBe(said)
  if (ours.exitCode !== 0) expect(ours.stderr).toMatch(/^kbroker: /m)
}

/** As bytes: two texts may be the same to a decoder that replaces what it cannot read. */
function expectBytes(ours: Buffer, kafkas: Buffer): void {
  if (ours.equals(kafkas)) return
  expect(ours.toString('utf8')).toBe(kafkas.toString('utf8'))
  expect(ours.toString('latin1')).toBe(kafkas.toString('latin1'))
}

function lastDumped({ stdout, exception }: ToolResult): string {
  const path = [...stdout.toString('utf8').matchAll(/^Dumping (.*)$/gm)].at(-1)?.[1]
  if (path === undefined)
    throw new Error(`kafka-dump-log ended before any file: ${exception ?? ''}`)
  return path
}
