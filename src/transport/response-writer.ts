/**
 * The responses of one connection, one behind the other: buffers together in one writev(2), regions as their sender sends
 * them. A small region is read into its frame: that costs less than two more calls.
 */
import type { HeldRegion } from '../disk/file-region.ts'
import { pooledRead } from '../disk/pooled-read.ts'
import { FRAME_SIZE_BYTES } from './frame-reader.ts'
import type { OutgoingSocket } from './outgoing-socket.ts'
import type { RegionSender } from './sender.ts'
import { releaseParts, type ResponsePart, type ResponseParts, sizeOf } from './response-parts.ts'
import { shrunkenRegion } from './shrunken-region.ts'

const SMALL_REGION_BYTES = 32 * 1024

export interface ResponseWriterOptions {
  readonly sendRegion: RegionSender
  /** After each time that the kernel took bytes. */
  readonly onTaken: () => void
  /** The connection is of no use any more: a part of a response is missing. */
  readonly onFailure: (error: unknown) => void
}

export class ResponseWriter {
  readonly #socket: OutgoingSocket
  readonly #options: ResponseWriterOptions
  readonly #queue: ResponsePart[] = []
  /** Bytes of responses that the kernel has not taken. */
  #queuedBytes = 0
  #isSending = false

  constructor(socket: OutgoingSocket, options: ResponseWriterOptions) {
    this.#socket = socket
    this.#options = options
    socket.onTaken = bytes => {
      this.#queuedBytes -= bytes
      options.onTaken()
    }
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** It leaves with the next flush. */
  add(parts: ResponseParts): void {
    const size = parts.reduce((sum, part) => sum + sizeOf(part), 0)
    const sizeBytes = Buffer.allocUnsafe(FRAME_SIZE_BYTES)
    sizeBytes.writeInt32BE(size)
    this.#queue.push(sizeBytes, ...parts)
    this.#queuedBytes += FRAME_SIZE_BYTES + size
  }

  flush(): void {
    if (this.#isSending) return
    this.#writeBuffers()
    if (this.#queue.length === 0) return
    this.#isSending = true
    this.#sendAll()
      .catch(this.#options.onFailure)
      .finally(() => (this.#isSending = false))
  }

  /** Nothing more leaves: the connection is closed. */
  abandon(): void {
    releaseParts(this.#queue.splice(0))
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      this.#writeBuffers()
      const region = this.#queue.shift()
      if (region === undefined || Buffer.isBuffer(region)) return
      try {
        await this.#send(region)
      } finally {
        region.release()
      }
    }
  }

  #writeBuffers(): void {
    const end = this.#queue.findIndex(part => !Buffer.isBuffer(part))
    const buffers = this.#queue.splice(0, end < 0 ? this.#queue.length : end) as Buffer[]
    if (buffers.length > 0) this.#socket.write(buffers)
  }

  async #send(region: HeldRegion): Promise<void> {
    if (region.size > SMALL_REGION_BYTES) {
      await this.#socket.drained()
      return this.#options.sendRegion(region, this.#socket)
    }
    const bytes = Buffer.allocUnsafe(region.size)
    const count = await pooledRead(region.file, bytes, region.position)
    if (count < bytes.length) throw shrunkenRegion(region, region.position + count)
    this.#socket.write([bytes])
  }
}
