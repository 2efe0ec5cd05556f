/** A change of topics, as it would be done or was: as text, or as one JSON object. */
import type { TopicChange } from '../../inspect/topics/topic-change.ts'
import { metadataRecordJson, type MetadataRecord } from '../../metadata/metadata-records.ts'
import { jsonText as recordText } from '../../protocol/json.ts'
import { membersText } from '../json-text.ts'

export interface ShownChange {
  readonly action: 'create' | 'delete'
  readonly names: readonly string[]
  readonly result: TopicChange
  readonly executed: boolean
}

export function* topicChangeText(shown: ShownChange): Generator<string> {
  const { action, names, result, executed } = shown
  if (executed) {
    const done = action === 'create' ? 'Created' : 'Deleted'
    for (const name of names) yield `${done} topic ${name}.`
    return
  }
  for (const name of names) yield `${action} topic ${name}`
  const { records, partitions, change } = result
  for (const { partition, logDir } of partitions) {
    yield `  partition ${partition} in ${logDir ?? 'a log.dir that the broker chooses'}`
  }
  yield* configLines(records)
  for (const { path } of change.format) yield `format ${path}`
  const { folder, logEndOffset, term } = change.append
  yield (
    `append ${count(records.length, 'record')} to ${folder} at offset ${logEndOffset}, ` +
    `as the leader of epoch ${term.leaderEpoch}`
  )
  for (const { from } of change.renames) yield `delete ${from} (a broker does, at its next start)`
}

export function topicChangeJson({ action, names, result, executed }: ShownChange): string {
  const { records, partitions, change } = result
  const { format, append, renames } = change
  const members = membersText({
    action,
    executed,
    topics: names,
    partitions: partitions.map(({ partition, directoryId, logDir }) => ({
      partition,
      directoryId,
      logDir: logDir ?? null,
    })),
    format: format.map(({ path }) => path),
    delete: renames.map(({ from }) => from),
    metadataLog: append.folder,
    offset: append.logEndOffset,
    leaderEpoch: append.term.leaderEpoch,
  })
  const texts = records.map(record => recordText(metadataRecordJson(record)))
  return `{${members},"records":[${texts.join(',')}]}`
}

function* configLines(records: readonly MetadataRecord[]): Generator<string> {
  for (const record of records) {
    if (record.type !== 'ConfigRecord') continue
    yield `  config ${record.value.name}=${record.value.value ?? ''}`
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
