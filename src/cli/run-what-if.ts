/** `stats --what-if`: what logs would be like under other configs. */
import type { StatsScope } from '../inspect/stats/counted-logs.ts'
import type { ModelledLog } from '../inspect/what-if/partition-what-if.ts'
import { whatIf, type WhatIfReport } from '../inspect/what-if/what-if.ts'
import { METADATA_TOPIC } from '../log/file-names.ts'
import { topicLogConfigs } from '../log-dirs/topic-log-configs.ts'
import type { BrokerConfigs } from '../metadata/broker-configs.ts'
import { colourOf } from './colour.ts'
import type { CommandContext } from './command-context.ts'
import { limitsOf, noticesTo, type LogDirsOption, type OutputOptions } from './common-options.ts'
import { configsHere, FILE_UNKNOWN } from './configs-here.ts'
import { EXIT } from './exit-code.ts'
import { startProgress } from './progress.ts'
import { whatIfJson } from './render/what-if-json.ts'
import { whatIfLines } from './render/what-if-text.ts'
import type { ScannedPartition } from './scanned-partitions.ts'
import { COMPRESSION_TYPE, type WhatIf } from './what-if-grammar.ts'

export interface WhatIfOptions extends LogDirsOption, OutputOptions {
  readonly by: StatsScope
  readonly sample?: number
  readonly workers?: number
}

export interface WhatIfRequest {
  readonly whatIfs: readonly WhatIf[]
  /** To be read. */
  readonly bytesTotal: number
  /** What the broker's file says. */
  readonly file: BrokerConfigs['file']
}

export async function runWhatIf(
  partitions: readonly ScannedPartition[],
  { whatIfs, bytesTotal, file }: WhatIfRequest,
  options: WhatIfOptions,
  context: CommandContext,
): Promise<void> {
  const notice = noticesTo(options, context)
  const folders = partitions.map(({ log }) => log.directory.path)
  const configs = configsHere(folders, file, options, context)
  if (!configs.knowsTopics) notice(configsUnknown(file))
  else if (file.size === 0) notice(`kbroker: ${FILE_UNKNOWN}`)
  if (whatIfs.some(({ configs }) => configs.get(COMPRESSION_TYPE) === 'producer')) {
    notice(PRODUCER_UNKNOWN)
  }
  const progress = await startProgress('measuring', context)
  const events = whatIf(context.disk, partitions, {
    by: options.by,
    logsOf: logsOf(whatIfs, configs),
    sampleSize: options.sample,
    limits: limitsOf(options),
    workers: options.workers ?? context.parallelism,
    onProgress: bytes => progress.advance(bytes, bytesTotal),
  })
  const names = [AS_IT_IS, ANEW, ...whatIfs.map(({ name }) => name)]
  const colour = await colourOf(options, context)
  const linesOf = (report: WhatIfReport) =>
    options.json === true ? whatIfJson(report, names) : whatIfLines(report, names, colour)
  try {
    for await (const event of events) {
      progress.clear()
      if (event.kind === 'report') print(linesOf(event.report), options, context)
      else if (event.problem.kind === 'notice') notice(`kbroker: ${event.problem.message}`)
      else {
        context.stderr(`kbroker: ${event.problem.message}`)
        context.endWith(EXIT.itemFailed)
      }
    }
  } finally {
    progress.stop()
  }
}

/** As the logs lie; then as the same configs would have it; then as is asked. */
function logsOf(asked: readonly WhatIf[], configs: BrokerConfigs) {
  const today = topicLogConfigs(configs)
  const others = asked.map(({ configs: said }) => ({
    configOf: topicLogConfigs(configs, said),
    isCompressed: said.has(COMPRESSION_TYPE),
  }))
  return (topic: string): ModelledLog[] => [
    { config: today(topic), codec: undefined, segments: 'told' },
    { config: today(topic), codec: undefined, segments: 'by-config' },
    ...others.map(({ configOf, isCompressed }) => {
      const config = configOf(topic)
      const codec = isCompressed ? config.compressionType : undefined
      return { config, codec, segments: 'by-config' as const }
    }),
  ]
}

function print(
  lines: readonly string[],
  { json }: WhatIfOptions,
  { stdout }: Pick<CommandContext, 'stdout'>,
): void {
  if (json !== true && stdout.position > 0) stdout.line('')
  for (const line of lines) stdout.line(line)
}

const AS_IT_IS = 'as it is'
const ANEW = 'same configs, anew'
function configsUnknown(file: BrokerConfigs['file']): string {
  return (
    `kbroker: no ${METADATA_TOPIC} in these log.dirs: what topics are configured to is not known, ` +
    `${file.size === 0 ? '' : "those of the broker's file, or else "}Kafka's defaults are taken for it`
  )
}

const PRODUCER_UNKNOWN =
  `kbroker: ${COMPRESSION_TYPE}=producer leaves batches as they lie: nobody knows what a producer ` +
  'sent where a broker compressed it again'
