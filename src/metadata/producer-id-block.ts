/**
 * Brokers take so many producer ids at once.
 *
 * Source: org.apache.kafka.server.common.ProducerIdsBlock
 */
export const PRODUCER_ID_BLOCK_SIZE = 1000n
