/** What `reindex` finds and does, as text or JSON. */
import { basename } from 'node:path'
import { LEFT_ALONE, type ReindexedFile } from '../../maintenance/reindex/reindex-log.ts'
import type { LogDamage } from '../../maintenance/reindex/log-damage.ts'
import type { Reindexed } from '../../maintenance/reindex/reindex.ts'
import { jsonText } from '../json-text.ts'

/** Lines of one partition. */
export function reindexText({ place, files, damage, failure }: Reindexed): string[] {
  const name = `${place.topic}-${place.partition}`
  const counts = STATES.flatMap(state => {
    const count = files.filter(file => file.state === state).length
    return count > 0 ? [`${count} ${WORDS[state]}`] : []
  })
  const summary = counts.length > 0 ? counts.join(', ') : 'nothing to build'
  return [
    ...(failure === undefined ? [`${place.path}: ${summary}`] : []),
    ...files.flatMap(file => fileText(file)),
    ...(damage === undefined ? [] : [`  ${damageText(damage)}`]),
    ...(failure === undefined ? [] : [`${place.path}: ${name}: ${failure.message}`]),
  ]
}

export function reindexJson(
  { place, files, damage, failure }: Reindexed,
  { isPreview }: { readonly isPreview: boolean },
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

const STATES = ['same', 'more', 'sound', 'missing', 'differs', 'superfluous'] as const

const WORDS: Readonly<Record<ReindexedFile['state'], string>> = {
  same: 'the same',
  more: 'knowing more than the log',
  sound: 'others sound',
  missing: 'missing',
  differs: 'differing',
  superfluous: 'superfluous',
}

function fileText({ name, state, difference }: ReindexedFile): string[] {
  if (state === 'same' || state === 'sound') return []
  if (difference === undefined) return [`  ${name}: ${state}`]
  const { entry, ours = 'no such entry', theirs = 'no such entry' } = difference
  const place = `from entry ${entry} on: log ${ours}; file ${theirs}`
  const kept = state === 'more' ? '; it contradicts no batch, and is kept' : ''
  return [`  ${name}: differs ${place}${kept}`]
}

function damageText({ path, position, bytes, reason, behind, isTail }: LogDamage): string {
  const where = `${basename(path)}: ${bytes} bytes from byte ${position} on: ${reason}`
  if (isTail) return `${where}; all before them is indexed, and a start will cut them off`
  const more = behind.length === 0 ? '' : ` and of the ${behind.length} segments behind it`
  return `${where}: indexes of this segment${more} are left as they are; see kbroker repair`
}
