/** A group as the records of `__consumer_offsets` have left it. */
import type { GroupMember } from './group-member.ts'
import type { ModernGroup, ModernGroupType } from './modern-group.ts'

export type GroupType = 'classic' | ModernGroupType

export type Group = ClassicGroup | ModernGroup

/** Of the classic protocol, or of none: a group that only ever committed offsets. */
export interface ClassicGroup {
  readonly type: 'classic'
  /** Such as `consumer`; null where the group has none. */
  readonly protocolType: string | null
  /** The assignor that its members agreed on. */
  readonly protocol: string | null
  readonly generation: number
  readonly leader: string | null
  /** When it came into its state, milliseconds since 1970; undefined in old records. */
  readonly stateTimestamp: bigint | undefined
  readonly members: readonly GroupMember[]
  /** Undefined where the members don't tell, as those that are no consumers. */
  readonly subscribedTopics: ReadonlySet<string> | undefined
}
