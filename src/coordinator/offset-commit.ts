/**
 * OffsetCommit: of a member in its generation, or of somebody who is none, as long as the group has no members.
 *
 * Source: org.apache.kafka.coordinator.group.OffsetMetadataManager#commitOffset,
 * org.apache.kafka.coordinator.group.classic.ClassicGroup#validateOffsetCommit
 */
import { ERROR_CODES, type ErrorName } from '../protocol/error-codes.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type Coordinated, NOTHING_TO_DO } from './coordinated.ts'
import { heard } from './group-rebalance.ts'
import { type GroupOffset, type GroupOffsets, offsetCommitted } from './group-offsets.ts'

export interface CommitRequest {
  readonly groupId: string
  /** Empty of somebody who is no member; with the generation −1. */
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly generationId: number
  readonly offsets: readonly Omit<GroupOffset, 'commitTimestamp'>[]
}

export type CommitOutcome =
  | { readonly error: ErrorName }
  /** In the order of the offsets. */
  | { readonly error?: undefined; readonly errors: readonly ErrorName[] }

export interface CommitContext {
  readonly offsets: GroupOffsets
  readonly offsetMetadataBytesMax: number
  readonly nowMs: number
  readonly reply: (outcome: CommitOutcome) => void
}

export function commitOffsets(
  group: ClassicGroup,
  request: CommitRequest,
  { offsets, offsetMetadataBytesMax, nowMs, reply }: CommitContext,
): Coordinated {
  const error = commitError(group, request)
  if (error !== undefined) return { ...NOTHING_TO_DO, done: () => reply({ error }) }
  const member = group.member(request.memberId)
  if (member !== undefined && group.is('Stable', 'PreparingRebalance')) heard(member, nowMs)
  const errors = request.offsets.map(({ metadata }): ErrorName => {
    const isTooLarge = Buffer.byteLength(metadata) > offsetMetadataBytesMax
    return isTooLarge ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE'
  })
  const taken = request.offsets.filter((_, index) => ERROR_CODES[errors[index]!] === 0)
  const commitTimestamp = BigInt(nowMs)
  const { groupId } = group
  return {
    records: taken.map(offset => offsetCommitted(groupId, { ...offset, commitTimestamp })),
    done: () => {
      for (const { topic, partition, ...value } of taken) {
        offsets.put(groupId, topic, partition, { ...value, commitTimestamp })
      }
      reply({ errors })
    },
    failed: failure => reply({ error: failure }),
  }
}

function commitError(group: ClassicGroup, request: CommitRequest): ErrorName | undefined {
  const { memberId, groupInstanceId, generationId } = request
  if (generationId < 0 && group.is('Empty')) return undefined
  const saysMember = generationId >= 0 || memberId !== '' || groupInstanceId !== undefined
  if (!saysMember) return 'UNKNOWN_MEMBER_ID'
  const memberError = group.memberError(memberId, groupInstanceId)
  if (memberError !== undefined) return memberError
  if (generationId !== group.generationId) return 'ILLEGAL_GENERATION'
  return group.is('CompletingRebalance') ? 'REBALANCE_IN_PROGRESS' : undefined
}
