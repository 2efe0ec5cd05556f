/**
 * Source: FindCoordinatorRequest.json, FindCoordinatorResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const FIND_COORDINATOR = {
  key: 10,
  name: 'FindCoordinator',
  request: message(versions(6, { flexible: 3 }), {
    key: string.until(3),
    keyType: int8.since(1),
    coordinatorKeys: array(string).since(4),
  }),
  response: message(versions(6, { flexible: 3 }), {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16.until(3),
    errorMessage: string.since(1).until(3).nullable().ignorable(),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array(
      struct({
        key: string,
        nodeId: int32,
        host: string,
        port: int32,
        errorCode: int16,
        errorMessage: string.nullable().ignorable(),
      }),
    ).since(4),
  }),
} satisfies Api
