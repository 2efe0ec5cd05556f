/** kcat, which is librdkafka. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** @returns what it prints; ending otherwise than well is an error */
export async function kcat(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kcat', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.end(input)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (exitCode !== 0)
    throw new Error(`kcat ${args.join(' ')} ended with ${exitCode ?? '?'}: ${stderr}`)
  return Buffer.concat(stdout).toString('utf8')
}
