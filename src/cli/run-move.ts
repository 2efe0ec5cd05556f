/** `move`: shown first, done with `--execute`. */
import { resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { identityOf } from '../disk/file-identity.ts'
import { evict } from '../disk/page-cache.ts'
import type { StoppedNode } from '../inspect/topics/stopped-node.ts'
import { clusterWriter } from '../log-dirs/cluster-writer.ts'
import { holdLogDirs } from '../log-dirs/held-log-dirs.ts'
import { readMovable, whyNothingMoves } from '../maintenance/move/movable.ts'
import { canSwap, type MovePlan, movePartitions } from '../maintenance/move/move-partitions.ts'
import { type MoveRequest, type NamedMove, planMoves } from '../maintenance/move/plan-moves.ts'
import { withBrokerFile } from './broker-config-option.ts'
import type { CommandContext } from './command-context.ts'
import { noticesTo, type QuietOption } from './common-options.ts'
import { PREVIEW_NOTICE } from './execute-option.ts'
import { EXIT } from './exit-code.ts'
import type { MaintenanceOptions } from './maintained-broker.ts'
import { NO_PROGRESS, startProgress } from './progress.ts'
import { moveJson, moveText, type ShownMoves } from './render/move-output.ts'
import { refuseRepeated, requiredLogDirs } from './required-log-dirs.ts'
import { changeOptions, readNode } from './stopped-cluster.ts'
import { isName, missing } from './targets.ts'

export interface MoveCommandOptions extends MaintenanceOptions {
  readonly balance?: true
  readonly drain?: string
}

export async function runMove(
  words: readonly string[],
  given: MoveCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { options } = withBrokerFile(given, context)
  const paths = requiredLogDirs(options, context, [])
  refuseRepeated(paths, context.disk)
  const request = requestOf(words, options, { paths, context })
  const node = readNode({ firstPath: paths[0]!, paths, fresh: [] }, options, context)
  const obstacle = whyNothingMoves(node)
  if (obstacle !== undefined) {
    context.stderr(`kbroker: ${obstacle}`)
    return context.endWith(EXIT.itemFailed)
  }
  const movable = readMovable(context.disk, node)
  const ledger = planMoves(request, movable)
  const { unplaced } = movable
  const plan = { moves: ledger.moves, unplaced }
  const isPreview = options.execute !== true
  if (!isPreview) await carryOut(node, plan, options, context)
  const copied = new Set(movable.copied.map(({ partition }) => partition.name))
  const shown = { ledger, copied, unplaced, isPreview, isSwapped: canSwap(node) }
  for (const line of options.json === true ? moveJson(shown) : moveText(shown)) {
    context.stdout.line(line)
  }
  const notice = noticesTo(options, context)
  if (request.kind === 'drain') {
    for (const { name, logDir, reason } of movable.staying) {
      if (logDir === request.path) notice(`${name} stays: ${reason}`)
    }
  }
  tellOfTheRest(node, shown, notice)
}

function requestOf(
  words: readonly string[],
  { balance, drain }: MoveCommandOptions,
  where: GivenPaths,
): MoveRequest {
  const asked = [words.length > 0, balance === true, drain !== undefined].filter(Boolean)
  if (asked.length !== 1) throw new UsageError('give moves as orders-0=DIR, --balance or --drain')
  if (drain !== undefined) return { kind: 'drain', path: logDirNamed(drain, '--drain', where) }
  if (balance === true) return { kind: 'balance' }
  return { kind: 'named', wanted: words.map(word => namedMove(word, where)) }
}

interface GivenPaths {
  readonly paths: readonly string[]
  readonly context: CommandContext
}

function namedMove(word: string, where: GivenPaths): NamedMove {
  const [, name, path] = /^([^=/]+)=(.+)$/s.exec(word) ?? []
  if (name === undefined || path === undefined) {
    throw new UsageError(`${word}: expected orders-0=DIR, a partition or topic and a log.dir`)
  }
  return { name, to: logDirNamed(path, word, where) }
}

/** As it was given among the log.dirs. */
function logDirNamed(path: string, flag: string, { paths, context }: GivenPaths): string {
  const { disk, workingDirectory } = context
  const wanted = identityOf(resolve(workingDirectory, path), disk)
  const found = paths.find(each => identityOf(resolve(workingDirectory, each), disk) === wanted)
  if (found !== undefined) return found
  if (disk.status(path) === undefined && !isName(path)) throw missing(path)
  throw new UsageError(`${flag}: ${path} is none of the log.dirs ${paths.join(', ')}`)
}

async function carryOut(
  node: StoppedNode,
  plan: MovePlan,
  options: QuietOption,
  context: CommandContext,
): Promise<void> {
  const { writableDisk: disk } = context
  const held = holdLogDirs(
    node.logDirs.map(({ path }) => path),
    { takesLocks: true },
  )
  const progress = options.quiet === true ? NO_PROGRESS : await startProgress('moving', context)
  // Each byte is copied, and read again.
  const totalBytes = 2 * plan.moves.reduce((sum, { size }) => sum + size, 0)
  try {
    await movePartitions(node, plan, {
      ...changeOptions(context),
      disk,
      writeCluster: clusterWriter({ disk, clock: context, takesLocks: false }),
      onProgress: bytes => progress.advance(bytes, totalBytes),
      letGo: (path, size) => evict(path, [{ position: 0, size }]),
    })
  } finally {
    progress.stop()
    held.release()
  }
}

function tellOfTheRest(
  node: StoppedNode,
  { ledger: { moves }, isPreview, isSwapped }: ShownMoves,
  notice: (line: string) => void,
): void {
  const unclean = node.logDirs.filter(({ cleanShutdown }) => cleanShutdown === undefined)
  for (const { path } of unclean) {
    if (!moves.some(({ logDir }) => logDir === path)) continue
    const advice = 'kbroker recover makes it short'
    notice(
      `${path} was not shut down cleanly: where its logs go, a start reads logs again; ${advice}`,
    )
  }
  if (moves.length > 0 && !isSwapped) {
    const [reason = ''] = node.clusterProblems
    notice(
      `${reason.split(':')[0]}: copies are made, and the broker puts them in place when it starts`,
    )
  }
  if (isPreview) notice(PREVIEW_NOTICE)
  else if (moves.length > 0 && isSwapped) {
    notice(
      'what was moved away is there yet, as *-delete: a broker removes it a minute after its start',
    )
  }
}
