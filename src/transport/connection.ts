/**
 * One connection of a client: requests are handed over in the order that they come, without waiting for one another;
 * responses leave in that order, too.
 *
 * Bounded: while as many requests as `inFlightMax` are not answered, or responses of more than `queuedBytesMax` have not
 * left, none is handed over and nothing is read. So a client that never reads has what it asked for so far, and no more.
 */
import type { Socket } from 'node:net'
import { CorruptDataError, DiskError } from '../base/errors.ts'
import { FrameReader } from './frame-reader.ts'
import { OutgoingSocket } from './outgoing-socket.ts'
import type { RegionSender } from './sender.ts'
import { releaseParts, type ResponseParts } from './response-parts.ts'
import { ResponseWriter } from './response-writer.ts'
import type { TransportLog } from './transport-log.ts'

/** Whom a request came from. */
export interface ConnectionInfo {
  /** No other connection of this server has it. */
  readonly id: number
  /** The client's address. */
  readonly host: string
  readonly port: number
  /** Whether an answer still finds somebody. */
  readonly isOpen: boolean
}

/**
 * The parts of a response; undefined where the client expects none (acks=0). The request's bytes are its own from then on.
 * Where it fails, the connection is closed.
 */
export type RequestHandler = (
  request: Buffer,
  connection: ConnectionInfo,
) => Promise<ResponseParts | undefined> | ResponseParts | undefined

export interface ConnectionBudget {
  /** `socket.request.max.bytes`. */
  readonly requestBytesMax: number
  /** Of responses that have not left. */
  readonly queuedBytesMax: number
  /** Requests that are not answered. */
  readonly inFlightMax: number
}

export interface ConnectionOptions extends ConnectionBudget {
  readonly id: number
  readonly host: string
  readonly handle: RequestHandler
  readonly sendRegion: RegionSender
  readonly log: TransportLog
}

/** API key, version and correlation id: no request is shorter. */
const REQUEST_BYTES_MIN = 8

/** Of a client that has gone. */
const QUIET_ERRORS = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECANCELED']

interface Exchange {
  isAnswered: boolean
  parts: ResponseParts | undefined
}

export class Connection implements ConnectionInfo {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #frames: FrameReader
  readonly #writer: ResponseWriter
  /** In the order of their requests; the first is not answered. */
  readonly #inFlight: Exchange[] = []
  #isHandingOver = false
  #isFinishing = false
  #isActive = true

  constructor(socket: Socket, options: ConnectionOptions) {
    this.id = options.id
    this.host = options.host
    this.port = socket.remotePort ?? 0
    this.#socket = socket
    this.#options = options
    this.#frames = new FrameReader({
      sizeMin: REQUEST_BYTES_MIN,
      sizeMax: options.requestBytesMax,
    })
    this.#writer = new ResponseWriter(new OutgoingSocket(socket), {
      sendRegion: options.sendRegion,
      onTaken: () => this.#taken(),
      onFailure: error => this.#fail(error),
    })
    socket.on('data', chunk => this.#received(chunk))
    socket.on('end', () => this.finish())
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#closed())
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  /** Whether anything came or left, or a request waited for its answer, since this was last asked. */
  wasActive(): boolean {
    const wasActive = this.#isActive || this.#inFlight.length > 0
    this.#isActive = false
    return wasActive
  }

  /** Reads no more requests, and ends when what was asked for has left. */
  finish(): void {
    this.#isFinishing = true
    this.#socket.resume()
    this.#endWhereDone()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #received(chunk: Buffer): void {
    this.#isActive = true
    if (this.#isFinishing) return
    this.#frames.push(chunk)
    this.#handOver()
  }

  #taken(): void {
    this.#isActive = true
    this.#handOver()
    this.#endWhereDone()
  }

  /** As many requests as the bounds allow. */
  #handOver(): void {
    if (this.#isHandingOver || !this.isOpen) return
    this.#isHandingOver = true
    try {
      while (this.#hasRoom) {
        const request = this.#frames.next()
        if (request === undefined) break
        this.#exchange(request)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isHandingOver = false
    }
    this.#writer.flush()
    if (this.#hasRoom) this.#socket.resume()
    else this.#socket.pause()
  }

  get #hasRoom(): boolean {
    const { inFlightMax, queuedBytesMax } = this.#options
    return this.#inFlight.length < inFlightMax && this.#writer.queuedBytes <= queuedBytesMax
  }

  #exchange(request: Buffer): void {
    const exchange: Exchange = { isAnswered: false, parts: undefined }
    this.#inFlight.push(exchange)
    const answer = this.#options.handle(request, this)
    if (!(answer instanceof Promise)) return this.#answer(exchange, answer)
    answer.then(
      parts => {
        this.#answer(exchange, parts)
        this.#handOver()
        this.#endWhereDone()
      },
      (error: unknown) => this.#fail(error),
    )
  }

  /** The response, and those that waited for it, leave with the next flush. */
  #answer(exchange: Exchange, parts: ResponseParts | undefined): void {
    exchange.isAnswered = true
    exchange.parts = parts
    while (this.#inFlight[0]?.isAnswered === true) {
      const { parts } = this.#inFlight.shift()!
      if (parts === undefined) continue
      if (this.isOpen) this.#writer.add(parts)
      else releaseParts(parts)
    }
  }

  #endWhereDone(): void {
    const isDone = this.#inFlight.length === 0 && this.#writer.queuedBytes === 0
    if (this.#isFinishing && isDone && this.isOpen) this.#socket.end()
  }

  #fail(error: unknown): void {
    if (!this.#socket.destroyed) tell(this.#options.log, this, error)
    this.#socket.destroy()
  }

  #closed(): void {
    this.#writer.abandon()
    for (const exchange of this.#inFlight) if (exchange.parts) releaseParts(exchange.parts)
  }
}

function tell(log: TransportLog, { id, host, port }: ConnectionInfo, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string' && QUIET_ERRORS.includes(code)) return
  const peer = `${host}:${port}`
  const text = error instanceof Error ? error.message : String(error)
  const isClients = error instanceof CorruptDataError && error.damage.file === undefined
  if (isClients) {
    log.warn({ connection: id, peer, ...error.damage }, `closed the connection of ${peer}: ${text}`)
  } else if (error instanceof CorruptDataError || error instanceof DiskError) {
    log.warn({ connection: id, peer, error }, `a response to ${peer} broke off: ${text}`)
  } else {
    log.error({ connection: id, peer, error }, `closed the connection of ${peer}: ${text}`)
  }
}
