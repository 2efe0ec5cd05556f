/** The version that a message is compiled for, as far as its fields care. */
import type { Field } from './field.ts'

export interface MessageVersion {
  readonly version: number
  /** Compact lengths and tagged fields (KIP-482). */
  readonly flexible: boolean
  /**
   * False for a version above the schema's: top-level fields read as in its last version,
   * structures not at all.
   */
  readonly known: boolean
}

export function hasField(field: Field<unknown>, { version }: MessageVersion): boolean {
  return version >= field.attributes.from && version <= field.attributes.to
}

export function isCompact(field: Field<unknown>, { flexible }: MessageVersion): boolean {
  return flexible && field.attributes.compactable
}

export function isNullable(field: Field<unknown>, { version }: MessageVersion): boolean {
  return version >= field.attributes.nullableFrom
}
