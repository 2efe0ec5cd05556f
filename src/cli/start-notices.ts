/** What is told before log.dirs are written to: what a broker would not start over, and what is none of Kafka's. */
import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { ClusterHere } from '../inspect/topics/cluster-here.ts'
import { missingLogDirProblems } from '../inspect/topics/missing-log-dirs.ts'
import { nodeIdentity } from '../inspect/topics/node-identity.ts'
import type { Finding } from '../inspect/verify/finding.ts'
import { rootFindings, topicIdFindings } from '../inspect/verify/start-findings.ts'
import type { LogDir } from '../log-dirs/log-dir.ts'
import { PLAIN } from './colour.ts'
import type { CommandContext } from './command-context.ts'
import { noticesTo, type QuietOption } from './common-options.ts'
import { findingLine } from './render/verify-text.ts'

/** Errors in the words of `verify`; files that nobody knows are good to know, no more. */
export function tellOfRoots(
  logDirs: readonly LogDir[],
  options: QuietOption,
  context: Pick<CommandContext, 'stderr'>,
): void {
  tellOfFindings(rootFindings(logDirs), context)
  for (const { path, strangers } of logDirs) {
    for (const { name, kind } of strangers) {
      if (kind === 'directory') continue
      noticesTo(options, context)(`kbroker: ${join(path, name)}: none of Kafka's files; left alone`)
    }
  }
}

/** Folders that a broker renames, and log.dirs of the node that were not given. */
export function tellOfFolders(
  { logDirs, folders, metadataLog }: ClusterHere,
  options: QuietOption,
  context: Pick<CommandContext, 'stderr' | 'disk'>,
): void {
  if (metadataLog === undefined) return
  for (const topic of metadataLog.image.topics.all()) {
    for (const folder of folders.ofTopic(topic.name)) {
      tellOfFindings(
        unlessUnreadable(() => topicIdFindings(context.disk, folder, metadataLog)),
        context,
      )
    }
  }
  tellOfMissing({ logDirs, metadataLog }, options, context)
}

/** To those who only read what is there, an empty directory would say nothing. */
function tellOfMissing(
  { logDirs, metadataLog }: Pick<ClusterHere, 'logDirs' | 'metadataLog'>,
  options: QuietOption,
  context: Pick<CommandContext, 'stderr'>,
): void {
  const nodeId = nodeIdentity(logDirs)?.nodeId
  if (metadataLog === undefined || nodeId === undefined) return
  const given = { nodeId, image: metadataLog.image, logDirs, freshCount: 0 }
  for (const problem of missingLogDirProblems(given, ', unless that one is lost')) {
    noticesTo(options, context)(`kbroker: ${problem}`)
  }
}

export function tellOfFindings(
  findings: readonly Finding[],
  { stderr }: Pick<CommandContext, 'stderr'>,
): void {
  for (const finding of findings) stderr(`kbroker: ${findingLine(finding, PLAIN)}`)
}

/** That it can't be read, opening the log tells. */
function unlessUnreadable(find: () => readonly Finding[]): readonly Finding[] {
  try {
    return find()
  } catch (error) {
    if (error instanceof DiskError) return []
    throw error
  }
}
