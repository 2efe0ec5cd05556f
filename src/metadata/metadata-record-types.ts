/**
 * The records of `__cluster_metadata` (KIP-631), in the order of their type.
 *
 * Source: RegisterBrokerRecord.json … ClearElrRecord.json (metadata, Kafka 4.3)
 */
import {
  array,
  bool,
  bytes,
  float64,
  int16,
  int32,
  int64,
  int8,
  string,
  struct,
  uint16,
  uuid,
} from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { FramedRecordTypes } from './framed-record.ts'

const V0 = versions(0, { flexible: 0 })

const endPoint = struct({ name: string, host: string, port: uint16, securityProtocol: int16 })

const feature = struct({ name: string, minSupportedVersion: int16, maxSupportedVersion: int16 })

export const METADATA_RECORDS = {
  RegisterBrokerRecord: {
    id: 0,
    message: message(versions(4, { flexible: 0 }), {
      brokerId: int32,
      isMigratingZkBroker: bool.since(2),
      incarnationId: uuid,
      brokerEpoch: int64,
      endPoints: array(endPoint),
      features: array(feature),
      rack: string.nullable(),
      fenced: bool.or(true),
      inControlledShutdown: bool.since(1),
      logDirs: array(uuid).since(3).tagged(0),
      cordonedLogDirs: array(uuid).since(4).nullable().tagged(1).or(null),
    }),
  },
  UnregisterBrokerRecord: { id: 1, message: message(V0, { brokerId: int32, brokerEpoch: int64 }) },
  TopicRecord: { id: 2, message: message(V0, { name: string, topicId: uuid }) },
  PartitionRecord: {
    id: 3,
    message: message(versions(2, { flexible: 0 }), {
      partitionId: int32.or(-1),
      topicId: uuid,
      replicas: array(int32),
      isr: array(int32),
      removingReplicas: array(int32),
      addingReplicas: array(int32),
      leader: int32.or(-1),
      leaderRecoveryState: int8.tagged(0),
      leaderEpoch: int32.or(-1),
      partitionEpoch: int32.or(-1),
      directories: array(uuid).since(1),
      eligibleLeaderReplicas: array(int32).since(2).nullable().tagged(1).or(null),
      lastKnownElr: array(int32).since(2).nullable().tagged(2).or(null),
    }),
  },
  ConfigRecord: {
    id: 4,
    message: message(V0, {
      resourceType: int8,
      resourceName: string,
      name: string,
      value: string.nullable(),
    }),
  },
  PartitionChangeRecord: {
    id: 5,
    message: message(versions(2, { flexible: 0 }), {
      partitionId: int32.or(-1),
      topicId: uuid,
      isr: array(int32).nullable().tagged(0).or(null),
      leader: int32.tagged(1).or(-2),
      replicas: array(int32).nullable().tagged(2).or(null),
      removingReplicas: array(int32).nullable().tagged(3).or(null),
      addingReplicas: array(int32).nullable().tagged(4).or(null),
      leaderRecoveryState: int8.tagged(5).or(-1),
      directories: array(uuid).since(1).nullable().tagged(8).or(null),
      eligibleLeaderReplicas: array(int32).since(2).nullable().tagged(6).or(null),
      lastKnownElr: array(int32).since(2).nullable().tagged(7).or(null),
    }),
  },
  FenceBrokerRecord: { id: 7, message: message(V0, { id: int32, epoch: int64 }) },
  UnfenceBrokerRecord: { id: 8, message: message(V0, { id: int32, epoch: int64 }) },
  RemoveTopicRecord: { id: 9, message: message(V0, { topicId: uuid }) },
  DelegationTokenRecord: {
    id: 10,
    message: message(V0, {
      owner: string,
      requester: string,
      renewers: array(string),
      issueTimestamp: int64,
      maxTimestamp: int64,
      expirationTimestamp: int64,
      tokenId: string,
    }),
  },
  UserScramCredentialRecord: {
    id: 11,
    message: message(V0, {
      name: string,
      mechanism: int8,
      salt: bytes,
      storedKey: bytes,
      serverKey: bytes,
      iterations: int32,
    }),
  },
  FeatureLevelRecord: { id: 12, message: message(V0, { name: string, featureLevel: int16 }) },
  ClientQuotaRecord: {
    id: 14,
    message: message(V0, {
      entity: array(struct({ entityType: string, entityName: string.nullable() })),
      key: string,
      value: float64,
      remove: bool,
    }),
  },
  ProducerIdsRecord: {
    id: 15,
    message: message(V0, { brokerId: int32, brokerEpoch: int64.or(-1n), nextProducerId: int64 }),
  },
  BrokerRegistrationChangeRecord: {
    id: 17,
    message: message(versions(3, { flexible: 0 }), {
      brokerId: int32,
      brokerEpoch: int64,
      fenced: int8.tagged(0),
      inControlledShutdown: int8.since(1).tagged(1),
      logDirs: array(uuid).since(2).tagged(2),
      cordonedLogDirs: array(uuid).since(3).nullable().tagged(3).or(null),
    }),
  },
  AccessControlEntryRecord: {
    id: 18,
    message: message(V0, {
      id: uuid,
      resourceType: int8,
      resourceName: string,
      patternType: int8,
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  },
  RemoveAccessControlEntryRecord: { id: 19, message: message(V0, { id: uuid }) },
  NoOpRecord: { id: 20, message: message(V0, {}) },
  ZkMigrationStateRecord: { id: 21, message: message(V0, { zkMigrationState: int8 }) },
  RemoveUserScramCredentialRecord: {
    id: 22,
    message: message(V0, { name: string, mechanism: int8 }),
  },
  BeginTransactionRecord: {
    id: 23,
    message: message(V0, { name: string.nullable().tagged(0).or(null) }),
  },
  EndTransactionRecord: { id: 24, message: message(V0, {}) },
  AbortTransactionRecord: {
    id: 25,
    message: message(V0, { reason: string.nullable().tagged(0).or(null) }),
  },
  RemoveDelegationTokenRecord: { id: 26, message: message(V0, { tokenId: string }) },
  RegisterControllerRecord: {
    id: 27,
    message: message(V0, {
      controllerId: int32,
      incarnationId: uuid,
      zkMigrationReady: bool,
      endPoints: array(endPoint),
      features: array(feature),
    }),
  },
  ClearElrRecord: { id: 28, message: message(V0, { topicName: string }) },
} as const satisfies FramedRecordTypes
