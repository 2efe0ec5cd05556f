/** What an import does or would do, a line for each partition, as text or JSON. */
import type { ImportPlan } from '../import-plan.ts'
import type { Expiry } from '../import-retention.ts'
import { jsonText, type JsonValue } from '../json-text.ts'

export function* importLines(
  { target, partitions, expiries }: ImportPlan,
  { executed, isJson }: { readonly executed: boolean; readonly isJson: boolean },
): Generator<string> {
  const { topic, topicId, isThere, producerIds, fresh } = target
  if (isJson) {
    const made = { topic, topicId, partitions: target.partitions.length, executed }
    if (!isThere) yield jsonText({ action: 'create-topic', ...made })
    if (producerIds) yield jsonText({ action: 'move-producer-ids', ...producerIds, executed })
    for (const each of partitions) {
      const { records = null, partition } = each
      const expires = expiries.filter(expiry => expiry.partition === partition).map(expiryJson)
      yield jsonText({ action: 'import', topic, ...each, records, executed, expires })
    }
    return
  }
  const count = target.partitions.length
  if (!isThere) {
    yield `${executed ? 'created' : 'create'} topic ${topic} with ${count} partition${count === 1 ? '' : 's'}`
  }
  if (producerIds !== undefined) {
    const { from, to } = producerIds
    yield `${executed ? 'moved' : 'move'} the cluster's next producer id from ${from} to ${to}, past those that come in`
  }
  for (const { path, directoryId } of fresh) {
    yield `format ${path}${directoryId === undefined ? '' : `, in the place of the lost log.dir ${directoryId}`}`
  }
  for (const { partition, logDir, records, firstOffset, lastOffset, into } of partitions) {
    const what = records === undefined ? '' : `${records} record${records === 1 ? '' : 's'}, `
    const range =
      lastOffset < firstOffset ? 'no offsets' : `offsets ${firstOffset} to ${lastOffset}`
    yield `${topic}-${partition}: ${what}${range}, into ${logDir} (${into})`
  }
}

function expiryJson({ reason, config, what }: Expiry): JsonValue {
  const { name, value, source } = config
  if (what.kind === 'lines') {
    const { records, bytes } = what
    return { reason, config: name, value, source, records, bytes }
  }
  const { count: segments, bytes, firstOffset, lastOffset } = what
  return { reason, config: name, value, source, segments, bytes, firstOffset, lastOffset }
}
