/** What a key of one of the coordinators' topics names, for those who look at keys alone. */
import { RefusedRecordError } from '../protocol/dumped-record.ts'
import { jsonText } from '../protocol/json.ts'
import { messageJson } from '../protocol/message.ts'
import {
  type CoordinatorRecordTypes,
  type CoordinatorSerde,
  isUnknown,
} from './coordinator-record.ts'

export interface CoordinatorKey {
  /** As `offset_commit`. */
  readonly type: string
  readonly fields: readonly (readonly [name: string, value: string | number])[]
}

/** @returns undefined where it is none of these, or of a type that a later Kafka knows */
export function decodeCoordinatorKey<Types extends CoordinatorRecordTypes>(
  serde: CoordinatorSerde<Types>,
  key: Buffer,
): CoordinatorKey | undefined {
  try {
    const record = serde.decode(key, null)
    if (isUnknown(record)) return undefined
    const json = messageJson(serde.types[record.type]!.key, record.key, 0)
    const fields = Object.entries(json).map(([name, value]) => {
      return [
        name,
        typeof value === 'number' || typeof value === 'string' ? value : jsonText(value),
      ] as const
    })
    return { type: snakeCase(String(record.type)), fields }
  } catch (error) {
    if (error instanceof RefusedRecordError) return undefined
    throw error
  }
}

function snakeCase(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
}
