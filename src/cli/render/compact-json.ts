/** What `compact` found in a log, or did to it, as an object. */
import { isUtf8 } from 'node:buffer'
import type { Cleaned, CompactedLog } from '../../maintenance/compact/compact-log.ts'
import type { WastedKey } from '../../maintenance/compact/key-waste.ts'
import { jsonText, type JsonValue } from '../json-text.ts'
import type { KeyDecoder } from '../key-decoder.ts'
import type { ShownCompaction } from './compact-text.ts'

export function compactJson(log: CompactedLog, { isPreview, decodeKey }: ShownCompaction): string {
  const { topic, partition, path, range, leftBytes, cleaned } = log
  return jsonText({
    topic,
    partition,
    path,
    isPreview,
    firstDirtyOffset: range.firstDirtyOffset,
    firstUncleanableOffset: range.firstUncleanableOffset,
    boundedBy: range.boundedBy,
    cleanBytes: range.cleanBytes,
    cleanableBytes: range.cleanableBytes,
    leftBytes,
    dirtyRatio: range.dirtyRatio,
    due: range.due ?? null,
    ...(cleaned === undefined
      ? { cleaned: false }
      : { cleaned: true, ...cleanedMembers(cleaned, decodeKey) }),
  })
}

function cleanedMembers(
  cleaned: Cleaned,
  decodeKey: KeyDecoder | undefined,
): { readonly [key: string]: JsonValue } {
  const { before, after, dropped, passes, tombstones, markers } = cleaned
  return {
    passes,
    nextPassFrom: cleaned.nextPassFrom,
    before: { ...before },
    after: { ...after },
    superseded: { ...dropped.superseded },
    aborted: { ...dropped.aborted },
    expired: { ...dropped.expired },
    keyless: { ...dropped.keyless },
    tombstones,
    markers,
    nextHorizonMs: cleaned.nextHorizonMs ?? null,
    wastedKeys: cleaned.wastedKeys.map(waste => wastedKey(waste, decodeKey)),
    uncertainBytes: cleaned.uncertainBytes,
  }
}

function wastedKey(waste: WastedKey, decodeKey: KeyDecoder | undefined): JsonValue {
  const { key, isCut, bytes, records } = waste
  const name = isUtf8(key) ? { key: key.toString() } : { key_b64: key.toString('base64') }
  const decoded = isCut ? undefined : decodeKey?.(key)
  const decodedKey = decoded && { type: decoded.type, ...Object.fromEntries(decoded.fields) }
  return { ...name, decodedKey, ...(isCut && { isCut }), bytes, records }
}
