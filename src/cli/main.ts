/** The process around a command: its streams, its exit code, and what becomes of an error that nobody caught. */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import {
  AssertionError,
  CorruptDataError,
  DiskError,
  LimitError,
  RefusedError,
  UsageError,
} from '../base/errors.ts'
import { nodeDisk } from '../disk/node-disk.ts'
import { readOnly } from '../disk/read-only-disk.ts'
import { isBrokenPipe, isCharacterDevice, writeStream } from '../disk/stream.ts'
import { ByteOutput } from './byte-output.ts'
import type { CommandContext, TerminalFacts } from './command-context.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { PACKAGE_VERSION } from './version.ts'

const STDOUT = 1
const STDERR = 2
const COLUMNS_ELSEWHERE = 80

export async function main(args: readonly string[]): Promise<void> {
  const context = processContext()
  try {
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
      context.stdout.line(PACKAGE_VERSION)
    } else {
      const { runProgram } = await import('./program.ts')
      await runProgram(args, context)
    }
    context.stdout.flush()
  } catch (error) {
    endOn(error, context)
  }
}

function processContext(): CommandContext {
  return {
    stdout: new ByteOutput(bytes => writeStream(STDOUT, bytes)),
    stderr: line => writeStream(STDERR, Buffer.from(`${line}\n`)),
    disk: readOnly(nodeDisk),
    writableDisk: nodeDisk,
    workingDirectory: process.cwd(),
    environment: process.env,
    terminal: terminalFacts(),
    nowMs: () => Date.now(),
    randomBytes: size => randomBytes(size),
    parallelism: availableParallelism(),
    endWith: code => {
      process.exitCode = Math.max(Number(process.exitCode ?? 0), code)
    },
  }
}

/** Node's own streams are asked only where they can be terminals: to make them for a pipe would take 5 ms. */
function terminalFacts(): TerminalFacts {
  const stdout = isCharacterDevice(STDOUT) ? process.stdout : undefined
  const stderr = isCharacterDevice(STDERR) ? process.stderr : undefined
  return {
    stdoutIsTerminal: stdout?.isTTY === true,
    // Without a width (a pseudo-terminal of 0 columns) nothing can be drawn on it: ora would count endless lines.
    stderrIsTerminal: stderr?.isTTY === true && stderr.columns > 0,
    columns: stdout?.columns ?? COLUMNS_ELSEWHERE,
  }
}

/** A closed pipe is how a reader says it has enough; everything else is told in a line, never as a stack trace. */
function endOn(error: unknown, context: CommandContext): void {
  if (isBrokenPipe(error)) return
  try {
    context.stdout.flush()
    context.stderr(`kbroker: ${messageOf(error)}`)
  } catch (failure) {
    if (!isBrokenPipe(failure)) throw failure
  }
  context.endWith(exitCodeOf(error))
}

function messageOf(error: unknown): string {
  if (isExpected(error)) return error.message
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const where = error instanceof Error ? firstFrame(error) : ''
  return `internal error, please report it: ${text}${where}`
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage
  return isExpected(error) ? EXIT.itemFailed : EXIT.internal
}

function isExpected(error: unknown): error is Error {
  if (error instanceof AssertionError) return false
  const kinds = [UsageError, CorruptDataError, LimitError, DiskError, RefusedError]
  return kinds.some(kind => error instanceof kind)
}

function firstFrame(error: Error): string {
  const frame = error.stack?.split('\n').find(line => line.trimStart().startsWith('at '))
  return frame === undefined ? '' : ` (${frame.trim()})`
}
