/** What has been produced, by partition: only what the sink has acknowledged. */
export interface ProducedShare {
  records: number
  batches: number
  /** Of the batches as they would be without compression. */
  plainBytes: number
  /** Of the batches as stored. */
  storedBytes: number
  /** Batches, each by how much of the size of a full one it had when it was sent: 1 at most. */
  fullness: number
}

export interface ProducedPartition extends Readonly<ProducedShare> {
  readonly partition: number
}

export class ProduceCounts {
  readonly total: ProducedShare = noShare()
  readonly #partitions = new Map<number, ProducedShare>()

  add(partition: number, share: Readonly<ProducedShare>): void {
    let counts = this.#partitions.get(partition)
    if (counts === undefined) this.#partitions.set(partition, (counts = noShare()))
    addTo(counts, share)
    addTo(this.total, share)
  }

  /** Those that got any, in ascending order. */
  get partitions(): ProducedPartition[] {
    const partitions = [...this.#partitions].map(([partition, share]) => ({ partition, ...share }))
    return partitions.sort((a, b) => a.partition - b.partition)
  }
}

function noShare(): ProducedShare {
  return { records: 0, batches: 0, plainBytes: 0, storedBytes: 0, fullness: 0 }
}

function addTo(into: ProducedShare, share: Readonly<ProducedShare>): void {
  into.records += share.records
  into.batches += share.batches
  into.plainBytes += share.plainBytes
  into.storedBytes += share.storedBytes
  into.fullness += share.fullness
}
