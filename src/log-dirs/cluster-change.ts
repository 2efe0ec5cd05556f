/**
 * A change to a cluster whose only node is stopped, as a value: shown first, carried out afterwards by whoever writes.
 *
 * What was done when a machine fails in between is in order by itself: formatted log.dirs without a log, a log that the
 * node leads once more without records, records without the renames (a broker puts such folders aside as strays), all
 * of it without the marks (a broker takes that for a crash, after which there is nothing to recover).
 */
import type { MetadataTerm } from './metadata-term.ts'

/** In the order in which it is carried out, each step durable before the next begins. */
export interface ClusterChange {
  /** Of the node, those to be formatted among them. */
  readonly logDirs: readonly string[]
  readonly format: readonly FreshLogDir[]
  readonly append: MetadataAppend
  readonly renames: readonly FolderRename[]
  /** Log.dirs in which nothing was written yet, and so nothing can be missing: to be marked as shut down cleanly. */
  readonly unused: readonly string[]
  /** Under which the broker is registered. */
  readonly brokerEpoch: bigint
}

export interface FreshLogDir {
  readonly path: string
  readonly directoryId: string
  /** Else it is to be made. */
  readonly exists: boolean
  /** In the order in which they are to be written. */
  readonly files: readonly NewFile[]
}

export interface NewFile {
  readonly name: string
  readonly bytes: Buffer
}

export interface MetadataAppend {
  /** That of `__cluster_metadata-0`. Where it is missing it is to be made, with `partition.metadata`. */
  readonly folder: string
  /** The first batch goes there; what lies behind it in the last segment is no batch, and to be cut off. */
  readonly logEndOffset: bigint
  readonly term: MetadataTerm
}

/** Of a partition's folder, which a broker deletes at its next start. */
export interface FolderRename {
  readonly from: string
  readonly to: string
}

/** Takes the locks of all log.dirs first, and gives them back. */
export type ClusterWriter = (change: ClusterChange) => Promise<void>
