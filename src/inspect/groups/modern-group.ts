/**
 * A group whose members the broker assigns (KIP-848, KIP-932, KIP-1071), as its records build it up: one record for
 * each thing that can change alone.
 *
 * Source: org.apache.kafka.coordinator.group.modern.ModernGroup, streams.StreamsGroup
 */
import {
  NOTHING_ASSIGNED,
  type Assignment,
  type GroupMember,
  type MemberState,
} from './group-member.ts'

export type ModernGroupType = 'consumer' | 'share' | 'streams'

export type MemberDescription = Omit<
  GroupMember,
  'memberId' | 'epoch' | 'previousEpoch' | 'state' | 'assigned' | 'revoking' | 'target'
>

export interface CurrentAssignment {
  readonly epoch: number
  readonly previousEpoch: number
  readonly state: MemberState
  readonly assigned: Assignment
  readonly revoking: Assignment
}

/** What a streams application is made of. */
export interface Topology {
  readonly epoch: number
  /** By subtopology: the topics whose partitions a task of it reads. */
  readonly sourceTopics: ReadonlyMap<string, readonly string[]>
}

const UNKNOWN_CLIENT: MemberDescription = { instanceId: null, clientId: '', clientHost: '' }

export class ModernGroup {
  readonly type: ModernGroupType
  epoch = 0
  /** Of the target assignment; −1 none. */
  assignmentEpoch = -1
  assignmentTimestamp: bigint | undefined
  topology: Topology | undefined
  /** Of the topology that the broker has found complete; −1 none. */
  validatedTopologyEpoch = -1
  /** The topics that each subscribed regular expression stands for. */
  readonly regexTopics = new Map<string, readonly string[]>()
  readonly targets = new Map<string, Assignment>()
  readonly #descriptions = new Map<string, MemberDescription>()
  readonly #currents = new Map<string, CurrentAssignment>()

  constructor(type: ModernGroupType) {
    this.type = type
  }

  describe(memberId: string, description: MemberDescription): void {
    this.#descriptions.set(memberId, description)
  }

  assign(memberId: string, current: CurrentAssignment): void {
    this.#currents.set(memberId, current)
  }

  unassign(memberId: string): void {
    this.#currents.delete(memberId)
  }

  remove(memberId: string): void {
    this.#descriptions.delete(memberId)
    this.#currents.delete(memberId)
  }

  /** Of a member that no record describes, only the assignment is known. */
  get members(): GroupMember[] {
    const ids = new Set([...this.#descriptions.keys(), ...this.#currents.keys()])
    return [...ids].map(memberId => {
      const { assigned = NOTHING_ASSIGNED, ...current } = this.#currents.get(memberId) ?? {}
      return {
        memberId,
        ...(this.#descriptions.get(memberId) ?? UNKNOWN_CLIENT),
        ...current,
        assigned,
        target: this.targets.get(memberId) ?? NOTHING_ASSIGNED,
      }
    })
  }

  get subscribedTopics(): ReadonlySet<string> {
    const topics = new Set<string>()
    for (const { subscribedTopics = [], subscribedRegex } of this.#descriptions.values()) {
      for (const topic of subscribedTopics) topics.add(topic)
      if (subscribedRegex == null) continue
      for (const topic of this.regexTopics.get(subscribedRegex) ?? []) topics.add(topic)
    }
    for (const names of this.topology?.sourceTopics.values() ?? []) {
      for (const topic of names) topics.add(topic)
    }
    return topics
  }
}
