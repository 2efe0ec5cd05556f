import { randomBytes } from 'node:crypto'
import { UsageError } from '../../src/base/errors.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { readOnly } from '../../src/disk/read-only-disk.ts'
import { ByteOutput } from '../../src/cli/byte-output.ts'
import type { CommandContext } from '../../src/cli/command-context.ts'
import type { ClusterWriter } from '../../src/log-dirs/cluster-change.ts'
import { runProgram } from '../../src/cli/program.ts'

export interface CommandResult {
  readonly stdout: string
  readonly stdoutBytes: Buffer
  readonly stderr: string
  readonly exitCode: number
}

export interface RunOptions {
  readonly workingDirectory?: string
  readonly disk?: Disk
  readonly writeCluster?: ClusterWriter
  readonly nowMs?: number
}

/** A command line, run in this process, its streams caught. */
export async function runInProcess(
  args: readonly string[],
  {
    workingDirectory = '/',
    disk = nodeDisk,
    writeCluster,
    nowMs = 1_700_000_000_000,
  }: RunOptions = {},
): Promise<CommandResult> {
  process.chdir(workingDirectory)
  const written: Buffer[] = []
  let stderr = ''
  let exitCode = 0
  const stdout = new ByteOutput(bytes => written.push(Buffer.from(bytes)))
  const context: CommandContext = {
    stdout,
    stderr: line => (stderr += `${line}\n`),
    disk: readOnly(disk),
    writableDisk: disk,
    workingDirectory,
    environment: {},
    terminal: { stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 },
    nowMs: () => nowMs,
    randomBytes,
    parallelism: 1,
    ...(writeCluster && { writeCluster }),
    endWith: code => (exitCode = Math.max(exitCode, code)),
  }
  try {
    await runProgram(args, context)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    stderr += `kbroker: ${error.message}\n`
    exitCode = 2
  }
  stdout.flush()
  const stdoutBytes = Buffer.concat(written)
  return { stdout: stdoutBytes.toString('utf8'), stdoutBytes, stderr, exitCode }
}
