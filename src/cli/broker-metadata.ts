/** The cluster's metadata of a broker that has it in none of its log.dirs, as far as its file tells where that is. */
import { resolve } from 'node:path'
import type { MetadataPlace } from '../inspect/forecast/folder-fate.ts'
import { type ClusterHere, readClusterHere } from '../inspect/topics/cluster-here.ts'
import { METADATA_TOPIC } from '../log/file-names.ts'
import type { BrokerFile } from '../log-dirs/broker-file.ts'
import { classifyPath } from '../log-dirs/locate.ts'
import type { CommandContext } from './command-context.ts'
import { noticesTo, type QuietOption } from './common-options.ts'
import { readingFor } from './left-out.ts'

/** `elsewhere` where other nodes have it as well: a broker fetches it from them. */
export function metadataPlace(file: BrokerFile, paths: readonly string[]): MetadataPlace {
  const { configs } = file
  const roles = listOf(configs.get('process.roles'))
  const isBrokerAlone = roles.length > 0 && !roles.includes('controller')
  if (isBrokerAlone || VOTERS.some(name => listOf(configs.get(name)).length > 1)) return 'elsewhere'
  const place = metadataLogDir(file)
  if (place === undefined) return 'unknown'
  if (!paths.some(path => resolve(path) === resolve(place))) return 'elsewhere'
  return roles.length > 0 ? 'these-log-dirs' : 'unknown'
}

function metadataLogDir({ configs, logDirs }: BrokerFile): string | undefined {
  const dir = configs.get('metadata.log.dir') ?? ''
  return dir === '' ? logDirs[0] : dir
}

const VOTERS = ['controller.quorum.voters', 'controller.quorum.bootstrap.servers']

function listOf(value = ''): string[] {
  return value.split(',').flatMap(each => each.trim() || [])
}

/** With the metadata of the log.dir that the file names for it, where none of those given has it. */
export function withMetadata(
  cluster: ClusterHere,
  file: BrokerFile,
  { options, context }: { readonly options: QuietOption; readonly context: CommandContext },
): ClusterHere {
  if (cluster.metadataLog !== undefined) return cluster
  const notice = noticesTo(options, context)
  const place = metadataLogDir(file)
  if (place !== undefined && classifyPath(context.disk, place).kind === 'log-dir') {
    const { metadataLog } = readClusterHere(context.disk, [place], readingFor(options, context))
    if (metadataLog !== undefined) return { ...cluster, metadataLog }
  }
  const advice =
    place === undefined
      ? "give the broker's server.properties (--config), or its metadata.log.dir as well"
      : `the broker's file has it in ${place}, and there is none`
  const paths = cluster.logDirs.map(({ path }) => path)
  const isLost = metadataPlace(file, paths) === 'these-log-dirs'
  const folders = isLost ? '' : ', and which folders a broker puts aside,'
  notice(
    `no ${METADATA_TOPIC} in these log.dirs: what topics are configured to${folders} is not known: ${advice}`,
  )
  return cluster
}
