/** A record on its way to a partition. Who reads input has one of these and moves it along. */
import type { RecordHeader } from '../record/record-cursor.ts'
import type { RecordSlices } from '../record/record-slices.ts'

export const ANY_PARTITION = -1

export class OutgoingRecord implements RecordSlices {
  /** Where the record has to go; ANY_PARTITION leaves it to the partitioner. */
  partition = ANY_PARTITION
  timestamp: number | bigint = 0
  keyBytes: Buffer = NO_BYTES
  keyStart = 0
  keySize = -1
  valueBytes: Buffer = NO_BYTES
  valueStart = 0
  valueSize = -1
  headers: readonly RecordHeader[] = NO_HEADERS

  setKey(bytes: Buffer | null): void {
    this.keyBytes = bytes ?? NO_BYTES
    this.keyStart = 0
    this.keySize = bytes?.length ?? -1
  }

  setValue(bytes: Buffer | null): void {
    this.valueBytes = bytes ?? NO_BYTES
    this.valueStart = 0
    this.valueSize = bytes?.length ?? -1
  }

  get key(): Buffer | null {
    const { keyBytes, keyStart, keySize } = this
    return keySize < 0 ? null : keyBytes.subarray(keyStart, keyStart + keySize)
  }

  get value(): Buffer | null {
    const { valueBytes, valueStart, valueSize } = this
    return valueSize < 0 ? null : valueBytes.subarray(valueStart, valueStart + valueSize)
  }

  /** Bytes of key, value and headers. */
  get dataSize(): number {
    let size = Math.max(0, this.keySize) + Math.max(0, this.valueSize)
    for (const { key, value } of this.headers) size += key.length + (value?.length ?? 0)
    return size
  }
}

const NO_BYTES = Buffer.alloc(0)
export const NO_HEADERS: readonly RecordHeader[] = []
