/** `kbroker repair`: mends damaged logs of a stopped broker, by one of two cures. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { DiskError, UsageError } from '../../base/errors.ts'
import { uuidBytes } from '../../binary/uuid.ts'
import { ROOT_FILES } from '../../log-dirs/log-dir.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import { holdLogDirs } from '../../log-dirs/held-log-dirs.ts'
import { logSizes } from '../../log/log-sizes.ts'
import { type LogOpening, logOpening } from '../../log-dirs/topic-log-configs.ts'
import { refuseBackupInLogDir } from '../../maintenance/backup-place.ts'
import type { Cure } from '../../maintenance/repair/partition-cure.ts'
import type { PartitionPlace } from '../../maintenance/repair/partition-plan.ts'
import {
  carryOutRepair,
  partitionsToCure,
  planRepair,
  type RepairEnvironment,
  type RepairPlan,
} from '../../maintenance/repair/repair-log-dirs.ts'
import { LOCK_FILE, parsePartitionFolder } from '../../log/file-names.ts'
import { withBrokerFile } from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import { addLimitOption, type LimitOption, limitsOf, noticesTo } from '../common-options.ts'
import { PREVIEW_NOTICE } from '../execute-option.ts'
import { EXIT } from '../exit-code.ts'
import {
  addMaintenanceOptions,
  type MaintenanceOptions,
  readMaintainedBroker,
} from '../maintained-broker.ts'
import { type MaintainedPartitions, maintainedPartitions } from '../maintained-partitions.ts'
import { NO_PROGRESS, startProgress } from '../progress.ts'
import { RepairJson } from '../render/repair-json.ts'
import { RepairText } from '../render/repair-text.ts'

interface RepairOptions extends MaintenanceOptions, LimitOption {
  readonly likeKafka?: true
  readonly salvage?: true
  readonly backup?: string
  readonly clusterId?: string
  readonly stale?: true
}

export function createRepairCommand(context: CommandContext): Command {
  const command = new Command('repair')
    .description(
      'Mends damaged logs of a stopped broker. Shows for each partition what either cure keeps and loses;\n' +
        '--execute carries out the one that is chosen. What is replaced is kept in a backup, with a\n' +
        'repair.json that tells which offsets are lost and where their bytes are. Mends as well, without\n' +
        'a cure: offsets in checkpoints beyond the end of a log, a partition in two log.dirs (the fuller\n' +
        'one stays), with --cluster-id a meta.properties of another cluster, and with --stale folders that\n' +
        'nothing is served from any more.',
    )
    .argument('[paths...]', 'partition folders, log.dirs, patterns; topics within --log-dirs')
    .option(
      '--salvage',
      'keep every batch that holds, also behind damage and where segments overlap; offsets stay',
    )
    .option('--like-kafka', 'cut at the first batch that does not hold, and drop what lies behind')
    .option('--backup <dir>', "keep what is replaced there; default: in the partition's folder")
    .option('--cluster-id <id>', 'of the cluster that the log.dirs are meant for')
    .option('--stale', 'move -delete, -stray and forsaken -future folders to the backup as well')
  addMaintenanceOptions(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: RepairOptions) => runRepair(words, options, context))
}

async function runRepair(
  words: readonly string[],
  given: RepairOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const cure = cureOf(options)
  refuseBackup(options, context)
  refuseClusterId(options)
  const maintained = await maintainedPartitions(words, options, context)
  const { disk, workingDirectory } = context
  const isPreview = options.execute !== true
  const roots = maintained.logDirs.filter(path => isRoot(path, context))
  const held = holdLogDirs(roots, { takesLocks: !isPreview })
  const progress = options.quiet === true ? NO_PROGRESS : await startProgress('reading', context)
  try {
    const totalBytes = maintained.partitions.reduce(
      (sum, { path }) => logSizes(path, disk).reduce((a, b) => a + b, sum),
      0,
    )
    let read = 0
    const told = { lines: 0, failures: 0, isPlanned: false }
    const environment: RepairEnvironment = {
      ...openingHere(roots, brokerFile, context),
      disk: isPreview ? disk : context.writableDisk,
      limits: limitsOf(options),
      nowMs: context.nowMs(),
      onProgress: bytes => progress.advance((read += bytes), Math.max(totalBytes, read)),
      onFailure: ({ path }, error) => {
        progress.clear()
        context.stderr(
          `kbroker: ${path}: ${error instanceof Error ? error.message : String(error)}`,
        )
        if (told.isPlanned && error instanceof DiskError)
          context.stderr(`kbroker: ${path}: ${AFTER_DISK_ERROR}`)
        told.failures++
        context.endWith(EXIT.itemFailed)
      },
    }
    const { clusterId } = options
    const backup = options.backup && resolve(workingDirectory, options.backup)
    const { logDirs } = maintained
    const places = placesOf(maintained)
    const line = (text: string) => {
      told.lines++
      progress.clear()
      context.stdout.line(text)
    }
    const output = options.json === true ? new RepairJson(line) : new RepairText(line)
    const movesStale = options.stale === true
    const wish = { places, logDirs, clusterId, backup, movesStale, isToBeDone: !isPreview }
    const plan = planRepair(wish, environment, each => isPreview && output.planned(each))
    told.isPlanned = true
    told.failures += tellOfUnmended(plan, isPreview, context)
    if (isPreview) output.plan(plan)
    else {
      refuseWithoutCure(plan, cure)
      carryOutRepair(plan, { cure, backup }, { environment, listener: output.listener(cure) })
    }
    progress.stop()
    const notice = noticesTo(options, context)
    if (isPreview) notice(PREVIEW_NOTICE)
    else if (told.lines + told.failures === 0) notice(NOTHING_TO_REPAIR)
  } finally {
    progress.stop()
    held.release()
  }
}

/** @returns how many there are; a preview tells of them itself */
function tellOfUnmended(
  { partitions, leftAlone }: RepairPlan,
  isPreview: boolean,
  context: CommandContext,
): number {
  const refused = partitions.flatMap(({ refusal, place }) => {
    return refusal === undefined ? [] : [`${place.path}: not repaired: ${refusal}`]
  })
  const left = leftAlone.flatMap(({ path, why, stops }) => {
    return stops === undefined ? [] : [`${path}: left alone: ${why}`]
  })
  const unmended = [...refused, ...left]
  if (unmended.length > 0) context.endWith(EXIT.itemFailed)
  if (!isPreview) for (const text of unmended) context.stderr(`kbroker: ${text}`)
  return unmended.length
}

const AFTER_DISK_ERROR =
  'no record is lost: what was replaced is in its backup. Once the disk has room and is in order, the same command ' +
  'again finishes'
const NOTHING_TO_REPAIR =
  'nothing was repaired: no log is damaged; kbroker verify tells of their indexes, too, and kbroker reindex mends those'

function cureOf({ likeKafka, salvage }: RepairOptions): Cure | undefined {
  if (likeKafka === true && salvage === true) {
    throw new UsageError('--salvage or --like-kafka, not both: each gives up something else')
  }
  return likeKafka === true ? 'like-kafka' : salvage === true ? 'salvage' : undefined
}

/** @throws UsageError */
function refuseBackup({ backup, stale, execute }: RepairOptions, { disk }: CommandContext): void {
  if (backup !== undefined) refuseBackupInLogDir(disk, backup)
  else if (stale === true && execute === true) {
    throw new UsageError('--stale: say where the folders are to go, with --backup')
  }
}

/** @throws UsageError for what no cluster has: a typo would make a foreign log.dir of a good one */
function refuseClusterId({ clusterId }: RepairOptions): void {
  if (clusterId === undefined || uuidBytes(clusterId) !== undefined) return
  throw new UsageError(
    `--cluster-id ${clusterId}: expected 22 characters of base64, as cluster.id in meta.properties`,
  )
}

function refuseWithoutCure(plan: RepairPlan, cure: Cure | undefined): void {
  const [first, ...more] = partitionsToCure(plan)
  if (first === undefined || cure !== undefined) return
  const others = more.length > 0 ? ` and ${more.length} more` : ''
  throw new UsageError(
    `how to cure ${first.place.path}${others}? --salvage keeps every batch that holds, --like-kafka cuts at the ` +
      'first that does not; without --execute both are shown',
  )
}

function placesOf({ partitions }: MaintainedPartitions): PartitionPlace[] {
  return partitions.map(each => ({
    ...each,
    isLive: parsePartitionFolder(each.name)?.state === 'live',
  }))
}

/** A folder into which somebody has copied a partition has no lock, and gets none. */
function isRoot(path: string, { disk }: CommandContext): boolean {
  return disk.list(path).some(({ name, kind }) => {
    return kind === 'file' && (name === LOCK_FILE || ROOT_FILES.has(name))
  })
}

/** As far as what topics are configured to is here. */
function openingHere(
  logDirs: readonly string[],
  brokerFile: BrokerFile,
  { disk }: CommandContext,
): LogOpening {
  const silent = () => undefined
  const reading = { disk, limits: limitsOf({}), notice: silent, problem: silent }
  return logOpening(readMaintainedBroker(logDirs, brokerFile, reading).configs)
}

const EXAMPLES = `
A repair that was interrupted is finished by the next, in the same backup: what the first one noted is in
its earlier-repair.json then. What was copied only in part is named ….partial.

Examples:
  kbroker repair /data/a/orders-3                     # what each cure would keep and lose
  kbroker repair orders --log-dirs /data/a,/data/b --salvage --execute
  kbroker repair /data/a --like-kafka --backup /backup --execute
  kbroker repair /data/a /data/b --cluster-id 4L6g3nShT-eMCtK--X86sw --execute
  kbroker repair /data/a --json | jq 'select(.damaged)'

Exit codes: 0 fine: shown, or done · 1 a partition can't be repaired · 2 usage`
