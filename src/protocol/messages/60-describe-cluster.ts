/**
 * Source: DescribeClusterRequest.json, DescribeClusterResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DESCRIBE_CLUSTER = {
  key: 60,
  name: 'DescribeCluster',
  request: message(versions(2, { flexible: 0 }), {
    includeClusterAuthorizedOperations: bool,
    endpointType: int8.since(1).or(1),
    includeFencedBrokers: bool.since(2),
  }),
  response: message(versions(2, { flexible: 0 }), {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().or(null),
    endpointType: int8.since(1).or(1),
    clusterId: string,
    controllerId: int32.or(-1),
    brokers: array(
      struct({
        brokerId: int32,
        host: string,
        port: int32,
        rack: string.nullable().or(null),
        isFenced: bool.since(2),
      }),
    ),
    clusterAuthorizedOperations: int32.or(-2147483648),
  }),
} satisfies Api
