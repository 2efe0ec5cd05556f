/** The writing side of a socket: what is written, and when the kernel has it. */
import type { Socket } from 'node:net'

/** Node tells nobody the descriptor, but that of a socket of its own is here. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null
}

export class OutgoingSocket {
  readonly #socket: Socket
  /** Bytes that were given to libuv and that the kernel has not taken. */
  #waitingBytes = 0
  #onDrained: (() => void) | undefined
  /** After each time that the kernel took some. */
  onTaken: (bytes: number) => void = () => undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.once('close', () => this.#onDrained?.())
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  /**
   * For sendfile(2) and splice(2): between two awaits, and only when all that was written has drained, or bytes would
   * overtake others. Undefined where the socket is closed, or no descriptor of this machine.
   */
  get descriptor(): number | undefined {
    const fd = (this.#socket as WithHandle)._handle?.fd
    return fd !== undefined && fd >= 0 ? fd : undefined
  }

  /** In one writev(2), as far as the kernel takes them; the buffers must not change any more. */
  write(buffers: readonly Buffer[]): void {
    if (buffers.length > 1) this.#socket.cork()
    for (const buffer of buffers) {
      this.#waitingBytes += buffer.length
      this.#socket.write(buffer, () => this.#taken(buffer.length))
    }
    if (buffers.length > 1) this.#socket.uncork()
  }

  /** Resolves when the kernel has all that was written, or when the socket is closed: libuv needs no buffer any more. */
  drained(): Promise<void> | undefined {
    if (this.#waitingBytes === 0 || this.#socket.closed) return undefined
    return new Promise(resolve => (this.#onDrained = resolve))
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes
    if (!this.#socket.destroyed) this.onTaken(bytes)
    if (this.#waitingBytes > 0) return
    const drained = this.#onDrained
    this.#onDrained = undefined
    drained?.()
  }
}
