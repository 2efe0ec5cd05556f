/**
 * The names that topics may have.
 *
 * Source: org.apache.kafka.common.internals.Topic, kafka.server.ControllerApis, kafka.server.ReplicaManager
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

/** It is the cluster's own log, and no topic: what is made, written or deleted by that name is the cluster. */
export function isClusterMetadata(name: string): boolean {
  return name === '__cluster_metadata'
}

/**
 * Why records can't be appended by whoever likes. In the logs of coordinators each record has a meaning: one that
 * they can't read keeps them from loading, and their groups or transactions with them. Kafka lets nobody produce there
 * either, but a client that calls itself `__admin_client`, which would be no help here: such records are not made of
 * lines. To make these topics is allowed, as it is in Kafka.
 */
export function appendProblem(name: string): string | undefined {
  const isRefused = isInternalTopic(name) || isClusterMetadata(name)
  return isRefused ? `Cannot append to internal topic ${name}` : undefined
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
