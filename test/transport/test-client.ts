/** A client that sends frames, and reads them when it is told to. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { FrameReader } from '../../src/transport/frame-reader.ts'

export class TestClient {
  readonly socket: Socket
  readonly #frames = new FrameReader({ sizeMin: 0, sizeMax: 2 ** 30 })
  readonly #waiting: ((frame: Buffer | undefined) => void)[] = []
  readonly #arrived: Buffer[] = []
  #isEnded = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', chunk => {
      this.#frames.push(chunk)
      for (let one = this.#frames.next(); one !== undefined; one = this.#frames.next()) {
        this.#take(one)
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isEnded = true
      for (const resolve of this.#waiting.splice(0)) resolve(undefined)
    })
  }

  static async to(port: number): Promise<TestClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new TestClient(socket)
  }

  send(text: string): void {
    this.sendFrame(Buffer.from(text.padEnd(8)))
  }

  sendFrame(body: Buffer): void {
    const size = Buffer.alloc(4)
    size.writeInt32BE(body.length)
    this.socket.write(Buffer.concat([size, body]))
  }

  /** The next frame; undefined where the connection has ended. */
  frame(): Promise<Buffer | undefined> {
    const frame = this.#arrived.shift()
    if (frame !== undefined || this.#isEnded) return Promise.resolve(frame)
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  #take(frame: Buffer): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#arrived.push(frame)
    else waiting(frame)
  }
}
