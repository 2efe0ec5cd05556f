/**
 * Listens for clients, and hands their requests over: connections within the bounds that the broker is given, each
 * closed when nothing has come or left for long enough.
 *
 * Source: kafka.network.SocketServer
 */
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net'
import { DiskError } from '../base/errors.ts'
import { Connection, type ConnectionBudget, type RequestHandler } from './connection.ts'
import { type ConnectionBounds, ConnectionLimits } from './connection-limits.ts'
import { regionSender, type ZeroCopyMode } from './region-sender.ts'
import type { RegionSender } from './sender.ts'
import { newTransferCounts, type TransferCounts } from './transfer-counts.ts'
import type { TransportLog } from './transport-log.ts'

export interface ServerOptions extends ConnectionBudget, ConnectionBounds {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** `connections.max.idle.ms`; not above 0 for ever. */
  readonly idleMs: number
  readonly zeroCopy: ZeroCopyMode
  readonly handle: RequestHandler
  readonly log: TransportLog
}

/** Connections that wait to be accepted. */
const BACKLOG = 1024
/** Idle connections are looked for so often within the time that they are given. */
const IDLE_CHECKS = 4

/**
 * @throws DiskError where nobody can listen there
 * @throws UsageError where there is no such zero-copy here
 */
export async function listen(options: ServerOptions): Promise<Server> {
  const counts = newTransferCounts()
  const server = new Server(options, regionSender(options.zeroCopy, counts), counts)
  await server.listen()
  return server
}

export class Server {
  readonly counts: TransferCounts
  readonly #options: ServerOptions
  readonly #sendRegion: RegionSender
  readonly #limits: ConnectionLimits
  readonly #connections = new Set<Connection>()
  readonly #server: NetServer
  #lastId = 0
  #idleTimer: NodeJS.Timeout | undefined
  /** Looked at so many times since a connection was active last. */
  readonly #idleChecks = new WeakMap<Connection, number>()

  constructor(options: ServerOptions, sendRegion: RegionSender, counts: TransferCounts) {
    this.#options = options
    this.#sendRegion = sendRegion
    this.counts = counts
    this.#limits = new ConnectionLimits(options)
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, socket =>
      this.#accept(socket),
    )
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connectionCount(): number {
    return this.#limits.count
  }

  async listen(): Promise<void> {
    const { host, port, idleMs } = this.#options
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error) => reject(new DiskError('listen on', `${host}:${port}`, error))
      this.#server.once('error', refuse)
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', refuse)
        resolve()
      })
    })
    this.#server.on('error', error => {
      this.#options.log.error({ error: error.message }, 'a connection could not be accepted')
    })
    if (idleMs <= 0) return
    const everyMs = Math.min(Math.ceil(idleMs / IDLE_CHECKS), TIMER_MS_MAX)
    this.#idleTimer = setInterval(() => this.#closeIdle(), everyMs).unref()
  }

  /**
   * Accepts nobody any more; what was asked for is answered, as long as that takes no longer than `graceMs`.
   */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#idleTimer)
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    for (const connection of this.#connections) connection.finish()
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy()
    }, graceMs)
    await closed
    clearTimeout(timer)
  }

  #accept(socket: Socket): void {
    const { log } = this.#options
    const host = plainAddress(socket.remoteAddress)
    const refusal = this.#limits.admit(host)
    if (refusal !== undefined) {
      const { config, allowed, isFirst } = refusal
      if (isFirst)
        log.warn({ host, config, allowed }, `${config} is ${allowed}: closed one of ${host}`)
      socket.destroy()
      return
    }
    const id = ++this.#lastId
    const { handle, requestBytesMax, queuedBytesMax, inFlightMax } = this.#options
    const budget = { requestBytesMax, queuedBytesMax, inFlightMax }
    const sendRegion = this.#sendRegion
    const connection = new Connection(socket, { id, host, handle, sendRegion, log, ...budget })
    this.#connections.add(connection)
    socket.on('close', () => {
      this.#connections.delete(connection)
      this.#limits.leave(host)
    })
  }

  #closeIdle(): void {
    for (const connection of this.#connections) {
      const checks = connection.wasActive() ? 0 : (this.#idleChecks.get(connection) ?? 0) + 1
      this.#idleChecks.set(connection, checks)
      if (checks >= IDLE_CHECKS) connection.destroy()
    }
  }
}

const TIMER_MS_MAX = 2 ** 31 - 1

/** Of IPv4 as such, not as Node has it of a socket that takes both. */
function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? ''
}
