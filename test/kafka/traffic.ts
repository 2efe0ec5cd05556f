/** What java/Traffic.java writes: names that both sides have to know. */
export const TOPICS =
  'appended compacted idle mixed one.file_and-more-1 paid shortened stamped'.split(' ')
export const PARTITIONS = TOPICS.flatMap(topic => {
  const count = topic === 'mixed' ? 3 : topic === 'paid' ? 2 : 1
  return Array.from({ length: count }, (_, partition) => `${topic}-${partition}`)
})
export const INTERNAL_TOPICS = ['__consumer_offsets', '__transaction_state']
export const PREALLOCATED_TOPIC = 'one.file_and-more-1'
/** Where DeleteRecords let it begin. */
export const LOG_START_OF_SHORTENED = 77

/** Of chance, but always the same; another seed makes other records. */
export const SEED = process.env.KBROKER_INTEROP_SEED ?? '1'
