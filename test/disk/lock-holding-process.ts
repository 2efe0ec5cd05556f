import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const HOLD_LOCK = fileURLToPath(new URL('hold-lock.js', import.meta.url))

/** Resolves when the process holds the lock. */
export async function startHolding(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLD_LOCK, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  if (said.toString().trim() !== 'held') throw new Error(`the lock was refused: ${said.toString()}`)
  return child
}

export async function stopHolding(child: ChildProcess): Promise<void> {
  child.stdin!.end()
  await once(child, 'exit')
}
