/**
 * Who holds a lock, in words: a broker is stopped, kbroker's own among them, another kbroker is waited for. Linux tells the command lines of
 * processes that we may see; elsewhere the number has to do.
 *
 * | what runs           | told as                      |
 * |---------------------|------------------------------|
 * | a broker            | `java … kafka.Kafka`         |
 * | kbroker             | `node … kbroker reindex`     |
 * | something else      | the name of its program      |
 */
import fs from 'node:fs'
import { basename } from 'node:path'
import type { LockHolder } from './file-lock.ts'

const BROKER_CLASS = 'kafka.Kafka'
const OURS = 'kbroker'
/** Its command that is a broker. */
const SERVE = 'serve'

/** `process 5491 (java … kafka.Kafka)` */
export function holderText({ pid }: LockHolder, commandOf = commandLine): string {
  if (pid === undefined) return 'another process'
  const command = shortCommand(commandOf(pid))
  return `process ${pid}${command === undefined ? '' : ` (${command})`}`
}

/** Why a log.dir is left alone, and what to do, as a sentence goes on behind "it is". */
export function heldText(holder: LockHolder, commandOf = commandLine): string {
  const who = holderText(holder, commandOf)
  const words = holder.pid === undefined ? [] : commandOf(holder.pid)
  const script = kbrokerAt(words)
  const isServing = script > 0 && words[script + 1] === SERVE
  if (script > 0 && !isServing) return `held by ${who}: wait until it has ended`
  const isBroker = isServing || words.includes(BROKER_CLASS)
  return `held by ${who}: a broker that runs on this directory${isBroker ? '' : ', most likely'}; stop it first`
}

/** Empty where nobody tells. */
function commandLine(pid: number): readonly string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  } catch {
    return []
  }
}

function shortCommand(words: readonly string[]): string | undefined {
  const [program] = words
  if (program === undefined) return undefined
  const script = kbrokerAt(words)
  const behind =
    script > 0
      ? [OURS, words[script + 1]]
      : words.includes(BROKER_CLASS)
        ? [BROKER_CLASS]
        : undefined
  const name = basename(program)
  return withoutControls(behind === undefined ? name : `${name} … ${behind.join(' ').trim()}`)
}

/** Where its script stands among the words of its process. */
function kbrokerAt(words: readonly string[]): number {
  const at = words.findIndex((word, slot) => slot > 0 && !word.startsWith('-'))
  return basename(words[at] ?? '').replace(/\.c?js$/, '') === OURS ? at : 0
}

/** Anybody may call a process as they like. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
