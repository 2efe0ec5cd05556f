/**
 * A member of a classic group.
 *
 * Source: org.apache.kafka.coordinator.group.classic.ClassicGroupMember
 */
import type { ErrorName } from '../protocol/error-codes.ts'

export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface GroupMember {
  readonly memberId: string
  /** Of a static member (KIP-345). */
  readonly groupInstanceId: string | undefined
  clientId: string
  clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  readonly protocolType: string
  /** The one it likes best first. */
  protocols: readonly MemberProtocol[]
  assignment: Buffer
  /** Whether no rebalance was completed since it joined. */
  isNew: boolean
  /** When it is given up, unless it is heard of; milliseconds since 1970. */
  expiresMs: number
  /** Waits for the rebalance to complete. */
  awaitingJoin: ((answer: JoinOutcome) => void) | undefined
  /** Waits for its assignment. */
  awaitingSync: ((answer: SyncOutcome) => void) | undefined
}

export interface JoinAnswer {
  readonly error?: undefined
  readonly generationId: number
  readonly protocolType: string
  readonly protocolName: string
  readonly leader: string
  readonly skipAssignment: boolean
  readonly memberId: string
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly metadata: Buffer
  }[]
}

export type JoinOutcome =
  | JoinAnswer
  | {
      readonly error: ErrorName
      /** Of whom it is about; empty where nobody has one. */
      readonly memberId: string
    }

export type SyncOutcome =
  | {
      readonly error?: undefined
      readonly protocolType: string
      readonly protocolName: string
      readonly assignment: Buffer
    }
  | { readonly error: ErrorName }

/** Whether a member that joins again says what it said before. */
export function haveSameProtocols(
  { protocols }: GroupMember,
  others: readonly MemberProtocol[],
): boolean {
  if (protocols.length !== others.length) return false
  return protocols.every(({ name, metadata }, index) => {
    const other = others[index]!
    return name === other.name && metadata.equals(other.metadata)
  })
}
