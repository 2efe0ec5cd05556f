/**
 * `quorum-state` in the folder of `__cluster_metadata-0`: what a controller remembers of KRaft elections. JSON.
 *
 * | field              | `data_version` 0 | 1 (dynamic quorum) | meaning                                     |
 * |--------------------|------------------|--------------------|---------------------------------------------|
 * | `clusterId`        | text             |                    | empty in practice                           |
 * | `leaderId`         | int32            | int32              | −1 none                                     |
 * | `leaderEpoch`      | int32            | int32              |                                             |
 * | `votedId`          | int32            | int32              | whom it voted for in that epoch; −1 nobody  |
 * | `votedDirectoryId` |                  | uuid               |                                             |
 * | `appliedOffset`    | int64            |                    | 0 in practice                               |
 * | `currentVoters`    | `[{voterId}]`    |                    |                                             |
 *
 * Source: org.apache.kafka.raft.FileQuorumStateStore, QuorumStateData.json
 */
import type { Damage } from '../base/errors.ts'
import { ZERO_UUID } from '../binary/uuid.ts'
import { asInt32, asInt64, asText, parseJsonObject } from './exact-json.ts'

export interface QuorumState {
  /** Each absent where the file does not tell, or not in a value that could be it. */
  readonly dataVersion?: number
  readonly clusterId?: string
  readonly leaderId?: number
  readonly leaderEpoch?: number
  readonly votedId?: number
  readonly votedDirectoryId?: string
  readonly appliedOffset?: bigint
  readonly currentVoters?: readonly number[]
  readonly damages: readonly Damage[]
}

/** Without an end of line, as Kafka writes it. */
export function quorumStateBytes(term: LeaderTerm): Buffer {
  return Buffer.from(JSON.stringify(term.isDynamic ? dynamicState(term) : staticState(term)))
}

/** Of a leader that all voters elected, itself. */
export interface LeaderTerm {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly voters: readonly number[]
  /** Whether the log holds the voters (KIP-853), not the nodes' properties. */
  readonly isDynamic: boolean
}

const NOBODY = -1

function staticState({ leaderId, leaderEpoch, voters }: LeaderTerm) {
  return {
    clusterId: '',
    leaderId,
    leaderEpoch,
    votedId: NOBODY,
    appliedOffset: 0,
    currentVoters: voters.map(voterId => ({ voterId })),
    data_version: 0,
  }
}

function dynamicState({ leaderId, leaderEpoch }: LeaderTerm) {
  return {
    leaderId,
    leaderEpoch,
    votedId: NOBODY,
    votedDirectoryId: ZERO_UUID,
    data_version: 1,
  }
}

/** Thousands of voters fit. */
const READ_BYTES_MAX = 65_536

/** @param file for the damages' sake */
export function readQuorumState(bytes: Buffer, file: string): QuorumState {
  const content = parseJsonObject(bytes.toString('utf8', 0, READ_BYTES_MAX))
  const fields: Omit<QuorumState, 'damages'> = present({
    dataVersion: asInt32(content?.['data_version']),
    clusterId: asText(content?.['clusterId']),
    leaderId: asInt32(content?.['leaderId']),
    leaderEpoch: asInt32(content?.['leaderEpoch']),
    votedId: asInt32(content?.['votedId']),
    votedDirectoryId: asText(content?.['votedDirectoryId']),
    appliedOffset: asInt64(content?.['appliedOffset']),
    currentVoters: asVoters(content?.['currentVoters']),
  })
  const required = REQUIRED.get(fields.dataVersion)
  if (required === undefined) {
    return { ...fields, damages: [damageOf(file, 'no data_version', 'data_version 0 or 1')] }
  }
  const missing = required.filter(name => !(name in fields))
  return { ...fields, damages: missing.map(name => damageOf(file, `no ${name}`, `a ${name}`)) }
}

const OF_BOTH = ['leaderId', 'leaderEpoch', 'votedId'] as const
const REQUIRED: ReadonlyMap<number | undefined, readonly string[]> = new Map([
  [0, [...OF_BOTH, 'clusterId', 'appliedOffset', 'currentVoters']],
  [1, [...OF_BOTH, 'votedDirectoryId']],
])

function asVoters(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined
  const ids = value.map((voter: unknown) => {
    const isObject = typeof voter === 'object' && voter !== null && 'voterId' in voter
    return isObject ? asInt32(voter.voterId) : undefined
  })
  return ids.every(id => id !== undefined) ? ids : undefined
}

function present<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(pairs) as { [K in keyof T]?: NonNullable<T[K]> }
}

function damageOf(file: string, found: string, expected: string): Damage {
  return { file, position: 0, reason: 'malformed quorum-state', found, expected }
}
