/**
 * Source: DescribeLogDirsRequest.json, DescribeLogDirsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int64, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DESCRIBE_LOG_DIRS = {
  key: 35,
  name: 'DescribeLogDirs',
  request: message(versions(5, { oldest: 1, flexible: 2 }), {
    topics: array(struct({ topic: string, partitions: array(int32) })).nullable(),
  }),
  response: message(versions(5, { oldest: 1, flexible: 2 }), {
    throttleTimeMs: int32,
    errorCode: int16.since(3).ignorable(),
    results: array(
      struct({
        errorCode: int16,
        logDir: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                partitionSize: int64,
                offsetLag: int64,
                isFutureKey: bool,
              }),
            ),
          }),
        ),
        totalBytes: int64.since(4).or(-1n).ignorable(),
        usableBytes: int64.since(4).or(-1n).ignorable(),
        isCordoned: bool.since(5).ignorable(),
      }),
    ),
  }),
} satisfies Api
