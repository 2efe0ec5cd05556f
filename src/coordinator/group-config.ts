/** What a broker's configs say of groups, by the names of Apache Kafka 4.3. */
export interface GroupConfig {
  /** `group.min.session.timeout.ms` */
  readonly sessionTimeoutMinMs: number
  /** `group.max.session.timeout.ms` */
  readonly sessionTimeoutMaxMs: number
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number
  /** `group.max.size` */
  readonly sizeMax: number
  /** `offset.metadata.max.bytes` */
  readonly offsetMetadataBytesMax: number
  /** `offsets.retention.minutes`, in milliseconds. */
  readonly offsetsRetentionMs: number
}
