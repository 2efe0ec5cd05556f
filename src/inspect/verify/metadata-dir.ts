/** Of several log.dirs, that which holds the metadata log of a node. */
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'

/** @param logDir of the node; it may be the one itself */
export function metadataDirOf(logDir: LogDir, logDirs: readonly LogDir[]): string | undefined {
  const { nodeId, clusterId } = logDir.meta ?? {}
  if (nodeId === undefined) return undefined
  const isOfNode = ({ meta }: LogDir) => meta?.nodeId === nodeId && meta.clusterId === clusterId
  return [logDir, ...logDirs].find(other => isOfNode(other) && hasMetadataLog(other))?.path
}

function hasMetadataLog({ partitions }: LogDir): boolean {
  return partitions.some(({ name }) => name === `${METADATA_TOPIC}-0`)
}
