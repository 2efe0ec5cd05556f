import type { KernelMove } from './kernel-sender.ts'
import type { Pipe, SocketCalls } from './socket-calls.ts'

/** By one pipe for all connections: between two steps it is empty, as what a socket doesn't take is read out of it. */
export function spliceMove(calls: SocketCalls): KernelMove {
  let pipe: Pipe | undefined
  return (socket, file, { position, size }) => {
    pipe ??= calls.openPipe()
    for (let moved = 0; moved < size;) {
      const wanted = Math.min(size - moved, pipe.capacity)
      const filled = calls.fill(pipe, file.fd, position + moved, wanted)
      const sent = filled === 0 ? 0 : drain(calls, socket, pipe, filled)
      moved += sent
      if (sent < filled || filled === 0) {
        return { size: moved, rest: calls.read(pipe, filled - sent) }
      }
    }
    return { size }
  }
}

function drain(calls: SocketCalls, socket: number, pipe: Pipe, size: number): number {
  let drained = 0
  try {
    while (drained < size) {
      const sent = calls.drain(socket, pipe, size - drained)
      if (sent === 'full') break
      drained += sent
    }
  } catch (error) {
    calls.read(pipe, size - drained)
    throw error
  }
  return drained
}
