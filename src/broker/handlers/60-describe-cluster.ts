/**
 * DescribeCluster 0–2: the id of the cluster, its controller and its brokers: this one. Where somebody asks for
 * controllers (v1), they are answered as Kafka's brokers do: they don't know their endpoints.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { DESCRIBE_CLUSTER } from '../../protocol/messages/60-describe-cluster.ts'
import type { Handler } from '../handler.ts'

const BROKERS = 1
const UNKNOWN_OPERATIONS = -2147483648

export const handleDescribeCluster: Handler<typeof DESCRIBE_CLUSTER> = (request, _, broker) => {
  const { endpointType } = request
  const { nodeId, host, port, rack, clusterId } = broker.node
  const isOfBrokers = endpointType === BROKERS
  return {
    throttleTimeMs: 0,
    errorCode: isOfBrokers ? ERROR_CODES.NONE : ERROR_CODES.MISMATCHED_ENDPOINT_TYPE,
    errorMessage: isOfBrokers
      ? null
      : 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
    endpointType: BROKERS,
    clusterId: isOfBrokers ? clusterId : '',
    controllerId: isOfBrokers ? nodeId : -1,
    brokers: isOfBrokers ? [{ brokerId: nodeId, host, port, rack, isFenced: false }] : [],
    clusterAuthorizedOperations: UNKNOWN_OPERATIONS,
  }
}
