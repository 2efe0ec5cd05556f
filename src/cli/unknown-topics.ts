/** Where none of the log.dirs given holds the cluster's metadata log, nobody knows what its topics are configured to. */
import { UsageError } from '../base/errors.ts'
import type { ClusterHere } from '../inspect/topics/cluster-here.ts'
import { METADATA_TOPIC } from '../log/file-names.ts'

type Metadata = Pick<ClusterHere, 'metadataLog'>

/** @param what they may say something of @throws UsageError */
export function refuseUnknownTopics({ metadataLog }: Metadata, what: string): void {
  if (metadataLog === undefined) throw new UsageError(unknownText(what))
}

export function tellOfUnknownTopics(
  { metadataLog }: Metadata,
  what: string,
  notice: (line: string) => void,
): void {
  if (metadataLog === undefined) notice(unknownText(what))
}

function unknownText(what: string): string {
  return `no ${METADATA_TOPIC} in these log.dirs: what topics say of ${what} is not known; give all log.dirs of the broker`
}
