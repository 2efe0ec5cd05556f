/**
 * Which offsets of a group nobody wants any more.
 *
 * | group                                  | an offset expires `offsets.retention.minutes` after              |
 * |----------------------------------------|------------------------------------------------------------------|
 * | that never had members                 | its commit                                                       |
 * | that has no members any more           | the last of them left; its commit, where no record says when     |
 * | of consumers, stable                   | its commit, if nobody has subscribed to the topic                |
 * | any other                              | never                                                            |
 *
 * A commit of old that says itself when it expires does so then, whatever the group does.
 *
 * Source: org.apache.kafka.coordinator.group.classic.ClassicGroup#offsetExpirationCondition
 */
import type { ClassicGroup } from './classic-group.ts'
import type { GroupOffset } from './group-offsets.ts'

export interface ExpirationContext {
  readonly nowMs: number
  readonly offsetsRetentionMs: number
}

export function expiredOffsets(
  group: ClassicGroup,
  offsets: readonly GroupOffset[],
  { nowMs, offsetsRetentionMs }: ExpirationContext,
): GroupOffset[] {
  const { subscribedTopics } = group
  return offsets.filter(offset => {
    if (offset.expireTimestamp >= 0n) return BigInt(nowMs) >= offset.expireTimestamp
    const baseMs = baseOf(group, offset, subscribedTopics)
    return baseMs !== undefined && nowMs - baseMs >= offsetsRetentionMs
  })
}

/** Undefined where it does not expire. */
function baseOf(
  group: ClassicGroup,
  { topic, commitTimestamp }: GroupOffset,
  subscribed: ReadonlySet<string> | undefined,
): number | undefined {
  const committedMs = Number(commitTimestamp)
  if (group.protocolType === undefined) return committedMs
  if (group.is('Empty')) return group.stateChangedMs ?? committedMs
  const isUnread = group.is('Stable') && subscribed !== undefined && !subscribed.has(topic)
  return isUnread ? committedMs : undefined
}
