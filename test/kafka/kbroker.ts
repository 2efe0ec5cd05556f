/** The command as a user runs it: bin/kbroker.js over dist/, a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const BIN = join(import.meta.dirname, '../../bin/kbroker.js')

export interface CommandOutput {
  readonly stdout: Buffer
  readonly stderr: string
  readonly exitCode: number
}

export async function kbroker(...args: string[]): Promise<CommandOutput> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (exitCode === null) throw new Error(`kbroker ${args.join(' ')} ended by ${signal ?? '?'}`)
  return {
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString('utf8'),
    exitCode,
  }
}

/** What it prints, where anything but success is an error. */
export async function printed(...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await kbroker(...args)
  if (exitCode === 0) return stdout.toString('utf8')
  throw new Error(`kbroker ${args.join(' ')} ended with ${exitCode}: ${stderr}`)
}
