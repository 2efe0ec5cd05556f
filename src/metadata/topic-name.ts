/**
 * The names that topics may have.
 *
 * Source: org.apache.kafka.common.internals.Topic
 */
const NAME_LENGTH_MAX = 249

/** Of coordinators: `--exclude-internal` leaves them out. */
const INTERNAL_TOPICS: readonly string[] = [
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]

export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.includes(name)
}

/** In Kafka's words; undefined where nothing is wrong with the name. */
export function topicNameProblem(name: string): string | undefined {
  const problem = problemOf(name)
  return problem && `Topic name is invalid: ${problem}`
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > NAME_LENGTH_MAX) {
    return `the length of '${name}' is longer than the max allowed length ${NAME_LENGTH_MAX}`
  }
  if (/^[A-Za-z0-9._-]+$/.test(name)) return undefined
  return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}

/** Names of metrics have neither dots nor a way to tell these from underscores. */
export function mayCollide(name: string): boolean {
  return /[._]/.test(name)
}

export function collides(a: string, b: string): boolean {
  return unified(a) === unified(b)
}

function unified(name: string): string {
  return name.replaceAll('.', '_')
}
