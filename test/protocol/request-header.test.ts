import { expect, test } from 'vitest'
import { APIS } from '../../src/protocol/messages/apis.ts'
import { requestHeaderVersion, responseHeaderVersion } from '../../src/protocol/request-header.ts'

/** As `ApiKeys` of Apache Kafka 4.3.1 says. */
test.each([
  ['Produce', 8, 1, 0],
  ['Produce', 9, 2, 1],
  ['OffsetDelete', 0, 1, 0],
  ['ApiVersions', 2, 1, 0],
  ['ApiVersions', 3, 2, 0],
  ['ApiVersions', 4, 2, 0],
  ['DescribeCluster', 0, 2, 1],
])('%s v%i has headers v%i and v%i', (name, version, ofRequest, ofResponse) => {
  const api = APIS.find(each => each.name === name)!
  const headers = [requestHeaderVersion(api, version), responseHeaderVersion(api, version)]
  expect(headers).toEqual([ofRequest, ofResponse])
})
