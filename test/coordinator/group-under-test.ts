/** A coordinator whose decisions are appended to a list, and count at once, at a time that a test sets. */
import type { Coordinated } from '../../src/coordinator/coordinated.ts'
import type { GroupRecord } from '../../src/coordinator/consumer-offsets-records.ts'
import type { GroupConfig } from '../../src/coordinator/group-config.ts'
import { GroupCoordinator } from '../../src/coordinator/group-coordinator.ts'
import type { JoinOutcome, SyncOutcome } from '../../src/coordinator/group-member.ts'
import type { JoinRequest } from '../../src/coordinator/join-group.ts'
import type { CommitOutcome } from '../../src/coordinator/offset-commit.ts'
import type { ErrorName } from '../../src/protocol/error-codes.ts'

export const CONFIG: GroupConfig = {
  sessionTimeoutMinMs: 1000,
  sessionTimeoutMaxMs: 60_000,
  initialRebalanceDelayMs: 3000,
  sizeMax: 10,
  offsetMetadataBytesMax: 20,
  offsetsRetentionMs: 100_000,
}

export interface Joining {
  outcome?: JoinOutcome
}

export class GroupUnderTest {
  nowMs = 1_000_000
  config = CONFIG
  /** What appending fails with, where it does. */
  failure: ErrorName | undefined
  readonly records: GroupRecord[] = []
  #lastId = 0
  readonly coordinator = new GroupCoordinator({
    config: () => this.config,
    newId: () => `${++this.#lastId}`,
  })

  run({ records, done, failed }: Coordinated): void {
    if (this.failure !== undefined && records.length > 0) return failed(this.failure)
    this.records.push(...records)
    done()
  }

  /** Lets time pass, by steps no longer than a tick of a broker. */
  wait(ms: number): void {
    const end = this.nowMs + ms
    while (this.nowMs < end) {
      this.nowMs = Math.min(end, this.nowMs + 100)
      for (const outcome of this.coordinator.tick(this.nowMs)) this.run(outcome)
    }
  }

  join(request: Partial<JoinRequest> = {}): Joining {
    const joining: Joining = {}
    const whole = { ...JOIN, ...request }
    this.run(this.coordinator.join(whole, this.nowMs, outcome => (joining.outcome = outcome)))
    return joining
  }

  /** Comes back with the id that it is given. @returns that */
  joinWithId(request: Partial<JoinRequest> = {}): Joining & { memberId: string } {
    const { memberId } = this.join({ ...request, isIdRequired: true }).outcome!
    return Object.assign(this.join({ ...request, memberId }), { memberId })
  }

  sync(
    member: { memberId: string; generationId: number },
    assignments: Record<string, string> = {},
  ) {
    const syncing: { outcome?: SyncOutcome } = {}
    const given = Object.entries(assignments).map(([id, text]) => [id, Buffer.from(text)] as const)
    const request = {
      groupId: 'g',
      groupInstanceId: undefined,
      protocolType: 'consumer',
      protocolName: undefined,
      ...member,
      assignments: new Map(given),
    }
    this.run(this.coordinator.sync(request, this.nowMs, outcome => (syncing.outcome = outcome)))
    return syncing
  }

  heartbeat(memberId: string, generationId: number, groupInstanceId?: string): ErrorName {
    const heartbeat = { groupId: 'g', memberId, generationId, groupInstanceId }
    return this.coordinator.heartbeat(heartbeat, this.nowMs)
  }

  leave(memberId: string, groupInstanceId?: string): readonly ErrorName[] | undefined {
    const left = this.coordinator.leave('g', [{ memberId, groupInstanceId }], this.nowMs)
    if (left !== undefined) this.run(left.coordinated)
    return left?.errors
  }

  commit(
    offset: bigint,
    { memberId = '', generationId = -1, metadata = '', groupId = 'g', topic = 't' } = {},
  ): CommitOutcome {
    let outcome: CommitOutcome | undefined
    const offsets = [
      {
        topic,
        topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
        partition: 0,
        offset,
        leaderEpoch: -1,
        metadata,
        expireTimestamp: -1n,
      },
    ]
    const request = { groupId, memberId, groupInstanceId: undefined, generationId, offsets }
    this.run(this.coordinator.commit(request, this.nowMs, answer => (outcome = answer)))
    return outcome!
  }

  get state(): string | undefined {
    return this.coordinator.group('g')?.state
  }
}

const JOIN: JoinRequest = {
  groupId: 'g',
  memberId: '',
  groupInstanceId: undefined,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 20_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.from('topics') }],
  isIdRequired: false,
  canSkipAssignment: true,
}
