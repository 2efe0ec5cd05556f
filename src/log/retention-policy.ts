/**
 * Which segments of a log have had their time: a pure decision, made from the oldest on, in three passes, each over what
 * the one before has left.
 *
 * | pass      | a segment goes                                                                                 |
 * |-----------|------------------------------------------------------------------------------------------------|
 * | log-start | as the next one begins at the log start offset or below; whatever `cleanup.policy` says        |
 * | size      | as without it the log still has `retention.bytes`                                              |
 * | time      | as its largest timestamp is more than `retention.ms` ago; one from the future keeps all behind |
 *
 * A pass ends at the first segment that stays, and at one that reaches beyond the high watermark. The active segment may
 * go like any other, unless it is empty: a broker rolls it then. The last two passes are those of `cleanup.policy` with
 * delete in it.
 *
 * What is kept in a remote storage follows other rules: a broker deletes here only what is there.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#deleteOldSegments, #deletableSegments
 */
export interface RetentionConfig {
  /** Whether `cleanup.policy` has delete in it. */
  readonly deletes: boolean
  /** `retention.ms`, −1 for ever. */
  readonly retentionMs: bigint
  /** `retention.bytes`, −1 for all. */
  readonly retentionBytes: bigint
  /** `file.delete.delay.ms` */
  readonly fileDeleteDelayMs: number
  /** `remote.storage.enable` */
  readonly isRemote: boolean
}

export interface RetainedSegment {
  readonly baseOffset: bigint
  /** Of its log. */
  readonly size: number
  /** Milliseconds since 1970: of its records, or when it was written last if they have none. */
  readonly largestTimestamp: bigint
}

export interface RetainedLog<S extends RetainedSegment = RetainedSegment> {
  /** Ascending; the last is the active one. */
  readonly segments: readonly S[]
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
  readonly highWatermark: bigint
}

export type RetentionReason = 'log-start' | 'size' | 'time'

export interface ExpiredSegment<S extends RetainedSegment = RetainedSegment> {
  readonly segment: S
  readonly reason: RetentionReason
}

/** When a segment that stays will go, if nothing is appended and the log start offset does not move. */
export interface WaitingSegment<S extends RetainedSegment = RetainedSegment> {
  readonly segment: S
  /** Milliseconds since 1970; undefined where time never does it. */
  readonly dueMs: bigint | undefined
  /** Bytes that the log has to grow by until size does it; undefined where it never does. */
  readonly dueGrowth: bigint | undefined
}

export interface RetentionPlan<S extends RetainedSegment = RetainedSegment> {
  readonly expired: readonly ExpiredSegment<S>[]
  readonly waiting: readonly WaitingSegment<S>[]
}

/** @param configs of a topic that are not Kafka's defaults, by name, values that were found valid */
export function retentionConfigOf(configs: ReadonlyMap<string, string>): RetentionConfig {
  const policies = (configs.get('cleanup.policy') ?? 'delete').split(',')
  return {
    deletes: policies.some(policy => policy.trim() === 'delete'),
    retentionMs: BigInt((configs.get('retention.ms') ?? '604800000').trim()),
    retentionBytes: BigInt((configs.get('retention.bytes') ?? '-1').trim()),
    fileDeleteDelayMs: Number(configs.get('file.delete.delay.ms') ?? 60_000),
    isRemote: configs.get('remote.storage.enable')?.trim().toLowerCase() === 'true',
  }
}

/** @param nowMs milliseconds since 1970 */
export function planRetention<S extends RetainedSegment>(
  log: RetainedLog<S>,
  config: RetentionConfig,
  nowMs: bigint,
): RetentionPlan<S> {
  const passes = new RetentionPasses(log)
  const { segments, logStartOffset } = log
  passes.expire('log-start', at => {
    const next = segments[at + 1]
    return next !== undefined && next.baseOffset <= logStartOffset
  })
  if (!config.deletes || config.isRemote) {
    const waiting = segments.slice(passes.expired.length).map(neverDue)
    return { expired: passes.expired, waiting }
  }
  const { retentionMs, retentionBytes } = config
  let surplus = sizeOf(segments.slice(passes.expired.length)) - retentionBytes
  if (retentionBytes >= 0n && surplus >= 0n) {
    passes.expire('size', at => {
      const { size } = segments[at]!
      if (surplus < BigInt(size)) return false
      surplus -= BigInt(size)
      return true
    })
  }
  if (retentionMs >= 0n) {
    passes.expire('time', at => nowMs - segments[at]!.largestTimestamp > retentionMs)
  }
  const rest = segments.slice(passes.expired.length)
  return { expired: passes.expired, waiting: waitingOf(rest, config) }
}

class RetentionPasses<S extends RetainedSegment> {
  readonly expired: ExpiredSegment<S>[] = []
  readonly #log: RetainedLog<S>

  constructor(log: RetainedLog<S>) {
    this.#log = log
  }

  expire(reason: RetentionReason, isDue: (at: number) => boolean): void {
    const { segments, logEndOffset, highWatermark } = this.#log
    for (let at = this.expired.length; at < segments.length; at++) {
      const segment = segments[at]!
      const isActive = at === segments.length - 1
      const upperBound = segments[at + 1]?.baseOffset ?? logEndOffset
      if (highWatermark < upperBound || (isActive && segment.size === 0) || !isDue(at)) return
      this.expired.push({ segment, reason })
    }
  }
}

function waitingOf<S extends RetainedSegment>(
  segments: readonly S[],
  { retentionMs, retentionBytes }: RetentionConfig,
): WaitingSegment<S>[] {
  const missing = retentionBytes - sizeOf(segments)
  let dueMs = 0n
  let before = 0n
  return segments.map(segment => {
    const ownMs = segment.largestTimestamp + retentionMs + 1n
    if (ownMs > dueMs) dueMs = ownMs
    before += BigInt(segment.size)
    if (segment.size === 0) return neverDue(segment)
    return {
      segment,
      dueMs: retentionMs < 0n ? undefined : dueMs,
      dueGrowth: retentionBytes < 0n ? undefined : missing + before,
    }
  })
}

function neverDue<S extends RetainedSegment>(segment: S): WaitingSegment<S> {
  return { segment, dueMs: undefined, dueGrowth: undefined }
}

function sizeOf(segments: readonly RetainedSegment[]): bigint {
  return segments.reduce((sum, { size }) => sum + BigInt(size), 0n)
}
