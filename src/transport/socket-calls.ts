/** The calls on sockets that Linux's C library has and Node doesn't offer. */
import { callFailure, nativeLibrary, type NativeLibrary } from '../disk/native-library.ts'

export interface SocketCalls {
  /** Moves bytes of a file to a socket: how many went, 0 at the end of the file; 'full' where the socket takes none now. */
  sendfile(socket: number, file: number, position: number, size: number): number | 'full'
  /** From a file into a pipe that is empty. */
  fill(pipe: Pipe, file: number, position: number, size: number): number
  /** From a pipe to a socket. */
  drain(socket: number, pipe: Pipe, size: number): number | 'full'
  /** What is in a pipe, which has at least so much. */
  read(pipe: Pipe, size: number): Buffer
  openPipe(): Pipe
}

export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
  /** Bytes that it holds. */
  readonly capacity: number
}

/** Why there are none, in place of them. */
export function socketCalls(): SocketCalls | string {
  return (loaded ??= load())
}

let loaded: SocketCalls | string | undefined

function load(): SocketCalls | string {
  const library = nativeLibrary()
  if (typeof library === 'string') return library
  try {
    return declare(library)
  } catch {
    return 'libc lacks a call'
  }
}

const EAGAIN = 11
const O_CLOEXEC = 0o2000000
const F_SETPIPE_SZ = 1031
const F_GETPIPE_SZ = 1032
/** What an unprivileged process may ask for by default is four times as much. */
const PIPE_BYTES = 256 * 1024
const SPLICE_F_MOVE = 1
const SPLICE_F_NONBLOCK = 2

function declare(library: NativeLibrary): SocketCalls {
  const sendfile = library.func('int64_t sendfile(int out, int in, void *position, size_t size)')
  const splice = library.func(
    'int64_t splice(int in, void *positionIn, int out, void *positionOut, size_t size, uint flags)',
  )
  const read = library.func('int64_t read(int fd, void *bytes, size_t size)')
  const pipe2 = library.func('int pipe2(void *ends, int flags)')
  const fcntl = library.func('int fcntl(int fd, int command, ...)')
  const position = new BigInt64Array(1)

  const checked = (call: string, result: unknown): number => {
    if (Number(result) < 0) throw callFailure(call, library.errno())
    return Number(result)
  }
  const unlessFull = (call: string, result: unknown): number | 'full' => {
    if (Number(result) < 0 && library.errno() === EAGAIN) return 'full'
    return checked(call, result)
  }

  return {
    sendfile(socket, file, from, size) {
      position[0] = BigInt(from)
      return unlessFull('sendfile', sendfile(socket, file, position, size))
    },

    fill({ writeEnd }, file, from, size) {
      position[0] = BigInt(from)
      return checked('splice', splice(file, position, writeEnd, null, size, SPLICE_F_MOVE))
    },

    drain(socket, { readEnd }, size) {
      const flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK
      return unlessFull('splice', splice(readEnd, null, socket, null, size, flags))
    },

    read({ readEnd }, size) {
      const bytes = Buffer.allocUnsafeSlow(size)
      for (let at = 0; at < size;) {
        at += checked('read', read(readEnd, bytes.subarray(at), size - at))
      }
      return bytes
    },

    openPipe() {
      const ends = new Int32Array(2)
      checked('pipe2', pipe2(ends, O_CLOEXEC))
      const [readEnd, writeEnd] = ends as unknown as [number, number]
      fcntl(writeEnd, F_SETPIPE_SZ, 'int', PIPE_BYTES)
      const capacity = checked('fcntl', fcntl(writeEnd, F_GETPIPE_SZ))
      return { readEnd, writeEnd, capacity }
    },
  }
}
