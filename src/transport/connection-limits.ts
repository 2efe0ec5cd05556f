/**
 * How many connections there may be, of all clients and of one address: `max.connections` and `max.connections.per.ip`.
 *
 * Kafka lets those beyond the first bound wait until another is closed; Node can't leave them waiting, so they are closed,
 * as beyond the second, and clients try again.
 *
 * Source: kafka.network.ConnectionQuotas
 */
export interface ConnectionBounds {
  readonly connectionsMax: number
  readonly connectionsPerIpMax: number
}

export interface ConnectionRefusal {
  readonly config: 'max.connections' | 'max.connections.per.ip'
  readonly allowed: number
  /** Since the last one that was let in there: one that opens thousands is told of once. */
  readonly isFirst: boolean
}

export class ConnectionLimits {
  readonly #bounds: ConnectionBounds
  readonly #countByHost = new Map<string, number>()
  #count = 0
  #isRefusing = false
  readonly #refusedHosts = new Set<string>()

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds
  }

  get count(): number {
    return this.#count
  }

  /** Counts the connection, unless it is refused. */
  admit(host: string): ConnectionRefusal | undefined {
    const { connectionsMax, connectionsPerIpMax } = this.#bounds
    if (this.#count >= connectionsMax) {
      const isFirst = !this.#isRefusing
      this.#isRefusing = true
      return { config: 'max.connections', allowed: connectionsMax, isFirst }
    }
    const ofHost = this.#countByHost.get(host) ?? 0
    if (ofHost >= connectionsPerIpMax) {
      const isFirst = !this.#refusedHosts.has(host)
      this.#refusedHosts.add(host)
      return { config: 'max.connections.per.ip', allowed: connectionsPerIpMax, isFirst }
    }
    this.#isRefusing = false
    this.#refusedHosts.delete(host)
    this.#countByHost.set(host, ofHost + 1)
    this.#count++
    return undefined
  }

  leave(host: string): void {
    const left = this.#countByHost.get(host)! - 1
    if (left > 0) this.#countByHost.set(host, left)
    else this.#countByHost.delete(host)
    this.#count--
  }
}
