/** Java for these tests: little memory, no long compiling, UTF-8 whatever the machine's language is. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { inject } from 'vitest'

export interface JavaCall {
  readonly main: string
  readonly args: readonly string[]
  readonly heapMiB?: number
}

export function spawnJava(
  { main, args, heapMiB = 512 }: JavaCall,
  options: SpawnOptions,
): ChildProcess {
  const { kafka, programs } = inject('java')
  const flags = [
    `-Xmx${heapMiB}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dfile.encoding=UTF-8',
    '-Dstdout.encoding=UTF-8',
    '-Dstderr.encoding=UTF-8',
  ]
  const env = { ...process.env, LC_ALL: 'C.UTF-8', ...options.env }
  return spawn('java', [...flags, '-cp', `${kafka}:${programs}`, main, ...args], {
    ...options,
    env,
  })
}
