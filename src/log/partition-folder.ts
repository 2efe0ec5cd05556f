/** Where a partition's files lie, and through what they are opened. */
import type { OpenFiles } from '../disk/open-files.ts'

export interface PartitionFolder {
  readonly path: string
  readonly topic: string
  readonly partition: number
  readonly files: OpenFiles
}
