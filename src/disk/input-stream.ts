/**
 * Input that comes when it comes: a pipe, a terminal, a file. A read never blocks the thread, and one that waits can be
 * given up: a pipe read by a thread of Node's pool would hold the process back from ending until somebody writes to it.
 * So pipes, sockets and terminals are read as their events come, and only what is always ready (files, devices) by that
 * pool.
 */
import fs from 'node:fs'
import net from 'node:net'
import tty from 'node:tty'
import { DiskError } from '../base/errors.ts'

export interface InputStream {
  /** Bytes read into `buffer` from `start` on: what there is, one at least; 0 at the end. One read at a time. */
  read(buffer: Buffer, start: number): Promise<number>
  /** A read that waits then comes to the end. */
  close(): void
}

const STDIN = 0

export function standardInput(): InputStream {
  return streamOf(STDIN, 'standard input')
}

/** Before it is opened: a pipe waits for its writer then. @throws DiskError where it can't be read */
export function isDirectoryInput(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.R_OK)
    return fs.statSync(path).isDirectory()
  } catch (error) {
    throw new DiskError('open', path, error)
  }
}

/** Whatever that name leads to. */
export function openInput(path: string): Promise<InputStream> {
  return new Promise((resolve, reject) => {
    fs.open(path, 'r', (error, descriptor) => {
      if (error === null) resolve(streamOf(descriptor, path))
      else reject(new DiskError('open', path, error))
    })
  })
}

function streamOf(descriptor: number, name: string): InputStream {
  const status = fs.fstatSync(descriptor)
  if (tty.isatty(descriptor)) return new EventInput(onread => terminal(descriptor, onread), name)
  if (status.isFIFO() || status.isSocket()) {
    return new EventInput(onread => new net.Socket(optionsOf(descriptor, onread)), name)
  }
  return new FileInput(descriptor, name)
}

/** The constructor takes `onread`, too, which its type doesn't tell. */
function optionsOf(fd: number, onread: net.OnReadOpts): net.SocketConstructorOpts {
  return Object.assign({ fd, readable: true, writable: false }, { onread })
}

/** Hands its options on to the constructor of Socket. */
function terminal(fd: number, onread: net.OnReadOpts): net.Socket {
  return new tty.ReadStream(fd, Object.assign({ readable: true }, { onread }))
}

class FileInput implements InputStream {
  readonly #descriptor: number
  readonly #name: string
  #isClosed = false

  constructor(descriptor: number, name: string) {
    this.#descriptor = descriptor
    this.#name = name
  }

  read(buffer: Buffer, start: number): Promise<number> {
    if (this.#isClosed) return Promise.resolve(0)
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, buffer, start, buffer.length - start, null, (error, size) => {
        if (error === null) resolve(size)
        else reject(new DiskError('read', this.#name, error))
      })
    })
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#descriptor !== STDIN) fs.close(this.#descriptor, () => undefined)
  }
}

/** As much as a pipe holds. */
const EVENT_BYTES = 64 * 1024

class EventInput implements InputStream {
  readonly #socket: net.Socket
  /** Bytes of this that nobody has asked for yet. */
  readonly #pending = Buffer.allocUnsafeSlow(EVENT_BYTES)
  #pendingStart = 0
  #pendingEnd = 0
  #isEnded = false
  #failure: DiskError | undefined
  #waiting: (() => void) | undefined

  constructor(open: (onread: net.OnReadOpts) => net.Socket, name: string) {
    this.#socket = open({ buffer: this.#pending, callback: size => this.#take(size) })
    this.#socket.on('error', error => {
      this.#failure = new DiskError('read', name, error)
      this.#wake()
    })
    this.#socket.on('end', () => this.#end())
    this.#socket.on('close', () => this.#end())
    this.#socket.pause()
  }

  async read(buffer: Buffer, start: number): Promise<number> {
    if (this.#pendingStart === this.#pendingEnd && !this.#isEnded) await this.#more()
    if (this.#failure !== undefined) throw this.#failure
    const end = Math.min(this.#pendingEnd, this.#pendingStart + buffer.length - start)
    buffer.set(this.#pending.subarray(this.#pendingStart, end), start)
    const size = end - this.#pendingStart
    this.#pendingStart = end
    return size
  }

  close(): void {
    this.#socket.destroy()
    this.#end()
  }

  #more(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting = resolve
      this.#socket.resume()
    })
  }

  /** Returns false: no more before that has been read. */
  #take(size: number): boolean {
    this.#pendingStart = 0
    this.#pendingEnd = size
    this.#wake()
    return false
  }

  #end(): void {
    this.#isEnded = true
    this.#wake()
  }

  #wake(): void {
    const wake = this.#waiting
    this.#waiting = undefined
    wake?.()
  }
}
