/** How many files this process may have open: what `ulimit -n` says. */
import fs from 'node:fs'

/** Undefined where the operating system does not tell (Linux does). */
export function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files +(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'))
    return found === null ? undefined : Number(found[1])
  } catch {
    return undefined
  }
}
