import type { KernelMove } from './kernel-sender.ts'
import type { SocketCalls } from './socket-calls.ts'

/** What is read to be written where the socket is full. */
const PIECE_BYTES = 4096

/** A socket that takes fewer bytes than it is given is full, or the file is at its end. */
export function sendfileMove(calls: SocketCalls): KernelMove {
  return (socket, file, { position, size }) => {
    const sent = calls.sendfile(socket, file.fd, position, size)
    const moved = sent === 'full' ? 0 : sent
    if (moved === size) return { size }
    const piece = Buffer.allocUnsafeSlow(Math.min(size - moved, PIECE_BYTES))
    const count = file.read(piece, position + moved)
    return { size: moved, rest: piece.subarray(0, count) }
  }
}
