/**
 * Fetch sessions (KIP-227): a client names its partitions once, then only what changes, and is told only of partitions
 * that have something new.
 *
 * | epoch of the request | it is                                                                        |
 * |----------------------|------------------------------------------------------------------------------|
 * | −1                   | a full fetch without a session; one that it names is closed                  |
 * | 0                    | a full fetch that begins a session; one that it names is closed              |
 * | > 0                  | the next one of the session that it names                                    |
 *
 * There are no more sessions than `max.incremental.fetch.session.cache.slots`: for a new one another goes that was not
 * used for two minutes; where none is, there is no session, and the client fetches in full each time.
 *
 * Source: org.apache.kafka.server.FetchSession, FetchManager
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { ValueOf } from '../protocol/message.ts'
import type { FETCH } from '../protocol/messages/01-fetch.ts'

type Request = ValueOf<(typeof FETCH)['request']>
type PartitionRequest = Request['topics'][number]['partitions'][number]

/** A partition that somebody fetches from. */
export interface FetchedPartition {
  /** Empty where it was named by the id of its topic. */
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  request: PartitionRequest
  /** As it was told last in a session; undefined where it never was. */
  told: { readonly highWatermark: bigint; readonly logStartOffset: bigint } | undefined
}

export interface Fetching {
  /** 0 for none. */
  readonly sessionId: number
  /** Whether partitions with nothing new are left out. */
  readonly isIncremental: boolean
  /** In the order in which they are read. */
  readonly partitions: readonly FetchedPartition[]
  /** Those that were given records go behind the others, for the next time. */
  readonly rotate: (served: ReadonlySet<FetchedPartition>) => void
}

interface Session {
  readonly id: number
  readonly usesTopicIds: boolean
  /** Of the next request. */
  epoch: number
  usedMs: number
  readonly partitions: Map<string, FetchedPartition>
}

export interface FetchSessionsOptions {
  readonly countMax: number
  readonly nowMs: () => number
  /** From 1 up. */
  readonly newId: () => number
}

const FINAL_EPOCH = -1
const INITIAL_EPOCH = 0
const IDLE_MS = 120_000
const SINCE_TOPIC_IDS = 13
const EPOCH_MAX = 0x7fff_ffff

export class FetchSessions {
  readonly #options: FetchSessionsOptions
  /** The one not used for longest first. */
  readonly #sessions = new Map<number, Session>()

  constructor(options: FetchSessionsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#sessions.size
  }

  /** What a request asks for, by itself and by its session. */
  begin(request: Request, apiVersion: number): Fetching | ErrorName {
    const { sessionEpoch, sessionId } = request
    const usesTopicIds = apiVersion >= SINCE_TOPIC_IDS
    if (sessionEpoch !== FINAL_EPOCH && sessionEpoch !== INITIAL_EPOCH) {
      return this.#next(request, usesTopicIds)
    }
    this.#sessions.delete(sessionId)
    const partitions = partitionsOf(request)
    const isSessionWanted = sessionEpoch === INITIAL_EPOCH && partitions.size > 0
    const session = isSessionWanted ? this.#create(partitions, usesTopicIds) : undefined
    return fetching(session?.id ?? 0, partitions, { isIncremental: false })
  }

  #next(request: Request, usesTopicIds: boolean): Fetching | ErrorName {
    const session = this.#sessions.get(request.sessionId)
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND'
    if (session.epoch !== request.sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH'
    if (session.usesTopicIds !== usesTopicIds) return 'FETCH_SESSION_TOPIC_ID_ERROR'
    session.epoch = session.epoch === EPOCH_MAX ? 1 : session.epoch + 1
    this.#use(session)
    update(session.partitions, request)
    return fetching(session.id, session.partitions, { isIncremental: true })
  }

  #create(partitions: Map<string, FetchedPartition>, usesTopicIds: boolean): Session | undefined {
    if (!this.#makeRoom()) return undefined
    let id = this.#options.newId()
    while (this.#sessions.has(id)) id = this.#options.newId()
    const session: Session = { id, usesTopicIds, epoch: 1, usedMs: 0, partitions }
    this.#use(session)
    return session
  }

  #makeRoom(): boolean {
    const { countMax, nowMs } = this.#options
    if (this.#sessions.size < countMax) return true
    const [oldest] = this.#sessions.values()
    if (oldest === undefined || nowMs() - oldest.usedMs < IDLE_MS) return false
    this.#sessions.delete(oldest.id)
    return true
  }

  #use(session: Session): void {
    session.usedMs = this.#options.nowMs()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
  }
}

function fetching(
  sessionId: number,
  partitions: Map<string, FetchedPartition>,
  { isIncremental }: Pick<Fetching, 'isIncremental'>,
): Fetching {
  const rotate = (served: ReadonlySet<FetchedPartition>) => {
    if (!isIncremental) return
    for (const partition of served) {
      const key = keyOf(partition, partition.partition)
      if (partitions.delete(key)) partitions.set(key, partition)
    }
  }
  return { sessionId, isIncremental, partitions: [...partitions.values()], rotate }
}

function partitionsOf(request: Request): Map<string, FetchedPartition> {
  const partitions = new Map<string, FetchedPartition>()
  update(partitions, request)
  return partitions
}

function update(partitions: Map<string, FetchedPartition>, request: Request): void {
  for (const { topic, topicId, partitions: asked } of request.topics) {
    for (const wanted of asked) {
      const { partition } = wanted
      const key = keyOf({ topic, topicId }, partition)
      const known = partitions.get(key)
      if (known !== undefined) known.request = wanted
      else partitions.set(key, { topic, topicId, partition, request: wanted, told: undefined })
    }
  }
  for (const { partitions: forgotten, ...topic } of request.forgottenTopicsData) {
    for (const partition of forgotten) partitions.delete(keyOf(topic, partition))
  }
}

/** Of the two, a version says one. */
function keyOf(topic: { readonly topic: string; readonly topicId: string }, partition: number) {
  return `${topic.topic}:${topic.topicId}:${partition}`
}
