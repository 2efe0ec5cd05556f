/** A member of a group, and what it is assigned. */

/** What a member of a group of whatever type is. Undefined is what its type of group, or the log, doesn't tell. */
export interface GroupMember {
  readonly memberId: string
  /** Of a static member. */
  readonly instanceId: string | null
  readonly rackId?: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs?: number
  readonly sessionTimeoutMs?: number
  readonly subscribedTopics?: readonly string[]
  readonly subscribedRegex?: string | null
  /** The assignor on the broker that the member asks for. */
  readonly assignor?: string | null
  /** Whether it speaks the classic protocol in a consumer group. */
  readonly isClassic?: boolean
  readonly processId?: string
  readonly topologyEpoch?: number
  readonly epoch?: number
  readonly previousEpoch?: number
  readonly state?: MemberState
  readonly assigned: Assignment
  readonly revoking?: Assignment
  readonly target?: Assignment
}

export type MemberState = 'stable' | 'unrevoked' | 'unreleased' | 'unknown'

/** Topics by name in classic groups, by id in others. */
export interface Assignment {
  readonly topics: readonly AssignedTopic[]
  /** Of streams groups, whose members are assigned tasks. */
  readonly tasks?: AssignedTasks
}

export interface AssignedTopic {
  readonly name?: string
  readonly topicId?: string
  readonly partitions: readonly number[]
}

export interface AssignedTasks {
  readonly active: readonly Task[]
  readonly standby: readonly Task[]
  readonly warmup: readonly Task[]
}

export interface Task {
  readonly subtopologyId: string
  readonly partitions: readonly number[]
}

export const NOTHING_ASSIGNED: Assignment = { topics: [] }
