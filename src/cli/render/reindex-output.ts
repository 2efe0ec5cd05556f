/** What `reindex` finds and does, as text or JSON. */
import { basename } from 'node:path'
import { LEFT_ALONE, type ReindexedFile } from '../../maintenance/reindex/reindex-log.ts'
import type { LogDamage } from '../../maintenance/reindex/log-damage.ts'
import type { Reindexed } from '../../maintenance/reindex/reindex.ts'
import { jsonText } from '../json-text.ts'

/** Lines of one partition. */
export function reindexText(
  { place, files, damage, failure }: Reindexed,
  options: OutputOptions,
): string[] {
  const counts = STATES.flatMap(state => {
    const count = files.filter(file => file.state === state).length
    return count > 0 ? [`${count} ${WORDS[state]}`] : []
  })
  const summary = counts.length > 0 ? counts.join(', ') : 'nothing to build'
  return [
    `${place.path}: ${failure === undefined ? summary : failure.message}`,
    ...files.flatMap(file => fileText(file, options)),
    ...(damage === undefined ? [] : [`  ${damageText(damage, place.isClean)}`]),
  ]
}

export function reindexJson(
  { place, files, damage, failure }: Reindexed,
  { isPreview }: OutputOptions,
): string[] {
  const { topic, partition, path } = place
  const named = { topic, partition, path }
  const lines = files.map(({ name, kind, state, difference }) => {
    const isDone = isPreview || LEFT_ALONE.has(state) ? {} : { done: true }
    return jsonText({ ...named, file: name, kind, state, ...difference, ...isDone })
  })
  if (damage !== undefined) {
    const { path: file, position, bytes, reason, behind, isTail } = damage
    const behindNames = behind.map(each => basename(each))
    const facts = { file: basename(file), position, bytes, reason, isTail, behind: behindNames }
    lines.push(jsonText({ ...named, damage: facts }))
  }
  if (failure !== undefined) lines.push(jsonText({ ...named, failure: failure.message }))
  return lines
}

interface OutputOptions {
  readonly isPreview: boolean
}

const STATES = ['missing', 'differs', 'superfluous', 'sound', 'same'] as const

const WORDS: Readonly<Record<ReindexedFile['state'], string>> = {
  missing: 'missing',
  differs: 'differing',
  superfluous: 'superfluous',
  sound: 'sound',
  same: 'as built',
}

const DONE: { readonly [S in ReindexedFile['state']]?: string } = {
  missing: ': written',
  differs: ': replaced',
  superfluous: ': removed',
}

function fileText(
  { name, state, difference }: ReindexedFile,
  { isPreview }: OutputOptions,
): string[] {
  if (state === 'same' || state === 'sound') return []
  const done = isPreview ? '' : (DONE[state] ?? '')
  if (difference === undefined) return [`  ${name}: ${state}${done}`]
  const { entry, ours = 'no more', theirs = 'no more' } = difference
  return [`  ${name}: differs from entry ${entry} on (log: ${ours}; file: ${theirs})${done}`]
}

function damageText(
  { path, position, bytes, reason, behind, isTail }: LogDamage,
  isClean: boolean,
): string {
  const where = `${basename(path)}: ${bytes} bytes from byte ${position} on: ${reason}`
  if (isTail) {
    const fate = isClean
      ? 'as it was closed cleanly, no start cuts them off'
      : 'a start cuts them off'
    return `${where}; all before them is indexed; ${fate}`
  }
  const more = behind.length === 0 ? '' : ` and of those behind it (${behind.length})`
  return `${where}; indexes of this segment${more} are left as they are: see kbroker repair`
}
