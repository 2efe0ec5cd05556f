/** Configs of topics, and what Kafka says of them; the interop tests ask it. */
const MAX_LONG = '9223372036854775807'

export const GOOD_CONFIGS: readonly (readonly [name: string, value: string])[] = [
  ['cleanup.policy', 'compact,delete'],
  ['cleanup.policy', 'compact , delete'],
  ['cleanup.policy', ''],
  ['cleanup.policy', 'delete,delete'],
  ['compression.type', ' zstd '],
  ['compression.gzip.level', '-1'],
  ['compression.gzip.level', '9'],
  ['compression.zstd.level', '-131072'],
  ['retention.bytes', '-9223372036854775808'],
  ['retention.ms', '+1'],
  ['segment.ms', MAX_LONG],
  ['segment.bytes', '2147483647'],
  ['internal.segment.bytes', '1'],
  ['min.cleanable.dirty.ratio', '.5'],
  ['min.cleanable.dirty.ratio', '1e-1'],
  ['preallocate', 'TRUE'],
  ['leader.replication.throttled.replicas', '*'],
  ['leader.replication.throttled.replicas', '0:1, 2:3'],
  ['remote.storage.enable', 'false'],
]

export const BAD_CONFIGS: readonly (readonly [name: string, value: string, message: string])[] = [
  ['retention', '1', 'Unknown topic config name: retention'],
  ['toString', '1', 'Unknown topic config name: toString'],
  [
    'retention.ms',
    'x',
    'Invalid value x for configuration retention.ms: Not a number of type LONG',
  ],
  [
    'retention.ms',
    '1.5',
    'Invalid value 1.5 for configuration retention.ms: Not a number of type LONG',
  ],
  [
    'retention.ms',
    '-2',
    'Invalid value -2 for configuration retention.ms: Value must be at least -1',
  ],
  [
    'segment.bytes',
    '2147483648',
    'Invalid value 2147483648 for configuration segment.bytes: Not a number of type INT',
  ],
  [
    'segment.bytes',
    '1048575',
    'Invalid value 1048575 for configuration segment.bytes: Value must be at least 1048576',
  ],
  [
    'compression.gzip.level',
    '0',
    'Invalid value 0 for configuration compression.gzip.level: ' +
      'Value must be between 1 and 9 or equal to -1',
  ],
  [
    'compression.zstd.level',
    '23',
    'Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22',
  ],
  [
    'compression.type',
    'brotli',
    'Invalid value brotli for configuration compression.type: ' +
      'String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer',
  ],
  [
    'cleanup.policy',
    'compact,keep',
    'Invalid value keep for configuration cleanup.policy: String must be one of: compact, delete',
  ],
  ['cleanup.policy', 'compact,', "Configuration 'cleanup.policy' values must not be empty."],
  [
    'preallocate',
    'yes',
    'Invalid value yes for configuration preallocate: Expected value to be either true or false',
  ],
  [
    'follower.replication.throttled.replicas',
    '1',
    'Invalid value [1] for configuration follower.replication.throttled.replicas: ' +
      "follower.replication.throttled.replicas must be the literal '*' or a list of replicas " +
      'in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...',
  ],
  [
    'min.cleanable.dirty.ratio',
    '2',
    'Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than 1',
  ],
  ['segment.ms', '+0', 'Invalid value 0 for configuration segment.ms: Value must be at least 1'],
  [
    'leader.replication.throttled.replicas',
    '0:1 ,2',
    'Invalid value [0:1, 2] for configuration leader.replication.throttled.replicas: ' +
      "leader.replication.throttled.replicas must be the literal '*' or a list of replicas " +
      'in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...',
  ],
]
