import type { HeldRegion } from '../disk/file-region.ts'

/**
 * A response without its size, which transport puts in front. Whoever hands it over gives it away: the buffers don't change
 * until they are sent, and transport releases the regions, whatever becomes of the connection.
 */
export type ResponseParts = readonly ResponsePart[]
export type ResponsePart = Buffer | HeldRegion

export function sizeOf(part: ResponsePart): number {
  return Buffer.isBuffer(part) ? part.length : part.size
}

export function releaseParts(parts: ResponseParts): void {
  for (const part of parts) if (!Buffer.isBuffer(part)) part.release()
}
