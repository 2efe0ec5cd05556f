/** The plan to import a file of lines: read once to tell what is in it, and once more when it is carried out. */
import { UsageError } from '../base/errors.ts'
import { TopicRules } from '../client/topic-rules.ts'
import type { CodecName } from '../compression/codec.ts'
import { codecNamed } from '../compression/codecs.ts'
import { OpenFiles } from '../disk/open-files.ts'
import type { LogConfig } from '../log/log-config.ts'
import type { PartitionPlace } from '../maintenance/import/staged-partition.ts'
import { RecordStager } from '../maintenance/import/stage-records.ts'
import type { BatchTraits } from '../maintenance/import/restored-batch.ts'
import { NO_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE } from '../record/batch.ts'
import type { CommandContext } from './command-context.ts'
import type { ImportCluster, ImportTarget, TargetPartition } from './import-cluster.ts'
import { eachLine, type ImportedLine } from './imported-lines.ts'
import {
  intoOf,
  leftOpenNotice,
  refuseLaterEpoch,
  targetPartition,
  type ImportPlan,
  type PlannedPartition,
} from './import-plan.ts'
import { expiringLines, oldestKeptMs } from './import-retention.ts'
import type { LinesInput } from './lines-input.ts'
import { LineScan, type LineShare } from './line-scan.ts'

export interface LinesToImport {
  readonly input: LinesInput
  readonly importId: string
  readonly partition: number | undefined
  readonly partitionCount: number | undefined
  readonly keepOffsets: boolean
  readonly keepMarkers: boolean
  readonly codec: CodecName
  readonly recordSizeMax: number
}

const OPEN_FILES_MAX = 512
const BATCH_BYTES = 64 * 1024
const NEVER = Number(0x7fff_ffff_ffff_ffffn)

/** @throws CorruptDataError, LimitError where a line can't be taken; UsageError where the topic can't take it */
export async function planLines(
  lines: LinesToImport,
  cluster: ImportCluster,
  context: CommandContext,
): Promise<ImportPlan> {
  const nowMs = context.nowMs()
  const { config } = cluster
  const { input, partition, keepOffsets, keepMarkers, recordSizeMax: sizeMax } = lines
  const codec = codecNamed(config.compressionType ?? lines.codec)
  const timeless = { timestampBeforeMaxMs: NEVER, timestampAfterMaxMs: NEVER }
  const rules = new TopicRules(keepOffsets ? { ...config, ...timeless } : config, codec)
  const { retention } = cluster
  const scan = new LineScan({
    keepOffsets,
    keepMarkers,
    partition,
    rules,
    nowMs,
    oldestKeptMs: oldestKeptMs(retention, nowMs),
  })
  const reading = { input, partition, nowMs, sizeMax }
  await eachLine(reading, line => scan.take(line))
  scan.finish()
  const target = cluster.target(wantedTopic(lines, scan))
  const partitions = [...scan.shares]
    .filter(([, { all }]) => all.count > 0)
    .sort(([a], [b]) => a - b)
    .map(([number, share]) => plannedPartition(lines, target, number, share))
  const places = partitions.map(({ partition: number, logDir }) => {
    return { topic: target.topic, partition: number, logDir, importId: lines.importId }
  })
  const { droppedCount: dropped } = scan
  const left = `${dropped} markers and records of transactions that were not committed`
  const open = [...scan.leftOpen()].map(({ partition: number, transaction }) =>
    leftOpenNotice(`${target.topic}-${number}`, transaction),
  )
  return {
    target,
    partitions,
    places,
    damages: [],
    expiries: partitions.flatMap(({ partition: number }) => {
      const { all, older } = scan.shares.get(number)!
      const bytesBefore = targetPartition(target, number).log?.bytes ?? 0
      return expiringLines({ partition: number, all, older, bytesBefore }, retention)
    }),
    notices: [...(dropped === 0 ? [] : [`${left} are left out`]), ...open],
    stage: async () => {
      const plainSizeMax = Math.min(BATCH_BYTES, rules.plainSizeMax)
      const staging = { config, codec, batchSize: plainSizeMax, topicId: target.topicId }
      const stagers = new Stagers(lines, target, places, staging, context)
      try {
        await eachLine(reading, line => {
          if (scan.isTaken(line)) stagers.add(line)
        })
        const staged = await stagers.finish()
        input.refuseChanged()
        return staged
      } catch (error) {
        stagers.giveUp()
        input.refuseChanged()
        throw error
      }
    },
  }
}

function wantedTopic(lines: LinesToImport, scan: LineScan) {
  const numbers = [...scan.shares.keys()]
  const least = Math.max(0, ...numbers) + 1
  const partitionCount = lines.partitionCount ?? least
  if (partitionCount < least) {
    throw new UsageError(
      `--partitions ${partitionCount}: there are records of partition ${least - 1}`,
    )
  }
  const epochs = [...scan.shares].map(([number, { leaderEpoch }]) => {
    return [number, lines.keepOffsets ? Math.max(0, leaderEpoch) : 0] as const
  })
  const { highestProducerId } = scan
  return { partitionCount, topicId: undefined, leaderEpochs: new Map(epochs), highestProducerId }
}

function plannedPartition(
  { keepOffsets }: LinesToImport,
  target: ImportTarget,
  number: number,
  { all: { count }, firstOffset, lastOffset, leaderEpoch }: LineShare,
): PlannedPartition {
  const found = targetPartition(target, number)
  const { log, logDir } = found
  const into = intoOf(found)
  const facts = { partition: number, logDir, records: count, into }
  if (!keepOffsets) {
    const first = log?.endOffset ?? 0n
    return { ...facts, firstOffset: first, lastOffset: first + BigInt(count) - 1n }
  }
  refuseLaterEpoch(target, found, leaderEpoch)
  if (log !== undefined && !log.isEmpty && log.endOffset > firstOffset!) {
    throw new UsageError(
      `${log.path} has records up to offset ${log.endOffset - 1n}, and what is imported begins at ` +
        `${firstOffset!}; to restore another partition alone import its lines alone, such as those of ` +
        "jq -c 'select(.partition==1)'; without --keep-offsets all goes behind them, once more where it is there",
    )
  }
  return { ...facts, firstOffset: firstOffset!, lastOffset }
}

interface Staging {
  readonly config: LogConfig
  readonly codec: ReturnType<typeof codecNamed>
  readonly batchSize: number
  readonly topicId: string
}

interface OpenStager {
  readonly target: TargetPartition
  readonly stager: RecordStager
  nextOffset: bigint
}

class Stagers {
  readonly #lines: LinesToImport
  readonly #target: ImportTarget
  readonly #places: readonly PartitionPlace[]
  readonly #staging: Staging
  readonly #context: CommandContext
  readonly #files: OpenFiles
  readonly #open = new Map<number, OpenStager>()

  constructor(
    lines: LinesToImport,
    target: ImportTarget,
    places: readonly PartitionPlace[],
    staging: Staging,
    context: CommandContext,
  ) {
    this.#lines = lines
    this.#target = target
    this.#places = places
    this.#staging = staging
    this.#context = context
    this.#files = new OpenFiles(context.writableDisk, OPEN_FILES_MAX)
  }

  add({ record, place }: ImportedLine): void {
    const { keepOffsets, keepMarkers, partition = record.partition } = this.#lines
    const kept = keepOffsets ? place.offset! : undefined
    const open = this.#open.get(partition) ?? this.#begin(partition, kept)
    const offset = kept ?? open.nextOffset
    const traits = this.#traitsOf(place, open.target)
    open.stager.add(record, traits, offset, keepMarkers ? place.sequence : NO_SEQUENCE)
    open.nextOffset = offset + 1n
  }

  async finish() {
    const staged = []
    for (const { stager } of this.#open.values()) staged.push(await stager.finish())
    this.#files.closeAll()
    return staged
  }

  giveUp(): void {
    for (const { stager } of this.#open.values()) stager.giveUp()
    this.#files.closeAll()
  }

  #begin(partition: number, firstOffset: bigint | undefined): OpenStager {
    const target = targetPartition(this.#target, partition)
    const startOffset = firstOffset ?? target.log?.endOffset ?? 0n
    const place = this.#places.find(each => each.partition === partition)!
    const how = intoOf(target) === 'end of partition' ? 'segments' : 'folder'
    const options = { ...this.#staging, files: this.#files, clock: this.#context }
    const stager = new RecordStager(place, { startOffset, how }, options)
    const open = { target, stager, nextOffset: startOffset }
    this.#open.set(partition, open)
    return open
  }

  #traitsOf(place: ImportedLine['place'], { leaderEpoch }: TargetPartition): BatchTraits {
    const { keepOffsets, keepMarkers } = this.#lines
    return {
      leaderEpoch: keepOffsets && place.leaderEpoch !== NO_EPOCH ? place.leaderEpoch : leaderEpoch,
      producerId: keepMarkers ? place.producerId : NO_PRODUCER_ID,
      producerEpoch: keepMarkers ? place.producerEpoch : NO_EPOCH,
      isTransactional: keepMarkers && place.isTransactional,
      isControl: place.control !== '',
      timestampType: place.timestampType,
    }
  }
}
