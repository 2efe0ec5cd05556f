/** `kbroker groups`: what `__consumer_offsets` says, held against the logs, without a broker. */
import { Command, Option } from 'commander'
import { quotedText } from '../../base/quoted-text.ts'
import { describeGroups, type GroupDescription } from '../../inspect/groups/group-description.ts'
import { isOnlyPending, type GroupOffset } from '../../inspect/groups/group-offsets.ts'
import type { GroupType } from '../../inspect/groups/group.ts'
import { groupSummary } from '../../inspect/groups/group-summary.ts'
import {
  readGroupsSource,
  type GroupsSource,
  type LoadedGroup,
} from '../../inspect/groups/groups-source.ts'
import { coordinatorPartitionOf } from '../../inspect/internal-topics/coordinator-place.ts'
import { colourOf } from '../colour.ts'
import { chosenView } from '../chosen-view.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  parseNatural,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { nobodyNamed, noteMissing } from '../coordinator-notices.ts'
import { diskWithOptionalIndexes, readingFor } from '../left-out.ts'
import { groupJson } from '../render/groups-json.ts'
import { GROUP_VIEWS, groupsJson, groupsText, type GroupView } from '../render/groups-output.ts'
import { groupListTable } from '../render/groups-table.ts'
import { requiredLogDirs } from '../required-log-dirs.ts'
import { parseTime } from '../time-grammar.ts'

interface GroupsCommandOptions extends LogDirsOption, OutputOptions {
  readonly describe?: true
  readonly offsets?: true
  readonly commits?: true
  readonly members?: true
  readonly state?: true
  readonly verbose?: true
  readonly groupType?: GroupType
  readonly at: string
  readonly offsetsRetentionMinutes: number
}

const TYPES: readonly GroupType[] = ['classic', 'consumer', 'share', 'streams']
/** Kafka's default of offsets.retention.minutes: seven days. */
const DEFAULT_RETENTION_MINUTES = 10_080
const MINUTE_MS = 60_000n

export function createGroupsCommand(context: CommandContext): Command {
  const command = new Command('groups')
    .description(
      'Tells of the groups that __consumer_offsets knows: members, offsets, and how far these are\n' +
        'behind the logs. A state is the one that a broker derives when it loads the log; whether\n' +
        'the members are still alive, only a running coordinator knows.',
    )
    .argument('[groups...]', 'describe these; without, list all')
  addLogDirsOption(command, 'of a broker')
  command
    .option('--describe', 'describe all groups')
    .option('--offsets', 'how far they have read, as kafka-consumer-groups prints it (default)')
    .option('--commits', 'when each offset was committed, when it expires, what is pending')
    .option('--members', 'their members, as kafka-consumer-groups prints them')
    .option('--state', 'their states, epochs and assignors')
    .option('--verbose', 'leader epochs with --offsets, assignments with --members')
    .addOption(new Option('--group-type <type>', 'groups of this type only').choices(TYPES))
    .option('--at <time>', 'the moment that ages are counted to', 'now')
    .option(
      '--offsets-retention-minutes <minutes>',
      "the brokers' offsets.retention.minutes: what offsets expire by",
      parseNatural,
      DEFAULT_RETENTION_MINUTES,
    )
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((names: string[], options: GroupsCommandOptions) => runGroups(names, options, context))
}

async function runGroups(
  names: readonly string[],
  options: GroupsCommandOptions,
  context: CommandContext,
): Promise<void> {
  const view = chosenView(GROUP_VIEWS, options)
  const nowMs = parseTime(options.at, context.nowMs())
  const logDirs = requiredLogDirs(options, context, names)
  const reading = readingFor(options, context)
  const { problem, notice } = reading
  const disk = diskWithOptionalIndexes(options, context)
  const source = readGroupsSource(disk, logDirs, reading)
  const { coordinator } = source
  if (coordinator.here.length === 0) {
    return problem(`no partition of ${coordinator.topic} is in ${logDirs.join(', ')}`)
  }
  const groups = chosenGroups(source, names, options.groupType)
  for (const name of names) {
    const isKnown = source.groups.some(({ groupId }) => groupId === name)
    if (!isKnown) problem(nobodyNamed('group', name, coordinator))
  }
  if (names.length === 0) noteMissing('groups', coordinator, notice)
  noteMisplaced(groups, source, notice)
  const isList = names.length === 0 && options.describe === undefined && view === undefined
  if (isList) return printList(groups, options, context)
  const retentionMs = BigInt(options.offsetsRetentionMinutes) * MINUTE_MS
  const described = describeGroups(disk, source, groups, { ...reading, retentionMs })
  const lines =
    options.json === true
      ? groupsJson(described, view)
      : groupsText(withNotices(described, view, notice), {
          view: view ?? 'offsets',
          verbose: options.verbose === true,
          nowMs,
          colour: await colourOf(options, context),
        })
  for (const line of lines) context.stdout.line(line)
}

function chosenGroups(
  { groups }: GroupsSource,
  names: readonly string[],
  type: GroupType | undefined,
): LoadedGroup[] {
  const wanted = new Set(names)
  return groups.filter(
    ({ groupId, group }) =>
      (wanted.size === 0 || wanted.has(groupId)) && (type === undefined || group.type === type),
  )
}

async function printList(
  groups: readonly LoadedGroup[],
  options: GroupsCommandOptions,
  context: CommandContext,
): Promise<void> {
  const summaries = groups.map(groupSummary)
  const lines =
    options.json === true
      ? summaries.map(groupJson)
      : groupListTable(summaries, await colourOf(options, context))
  for (const line of lines) context.stdout.line(line)
}

/** As after partitions were added to the topic: from then on, names lead elsewhere. */
function noteMisplaced(
  groups: readonly LoadedGroup[],
  { coordinator: { topic, partitionCount, isKnown } }: GroupsSource,
  notice: (message: string) => void,
): void {
  if (!isKnown) return
  for (const { groupId, partition } of groups) {
    const wanted = coordinatorPartitionOf(groupId, partitionCount)
    if (wanted === partition) continue
    notice(
      `group ${quotedText(groupId)} is kept in ${topic}-${partition}, ` +
        `but brokers look for it in ${topic}-${wanted}`,
    )
  }
}

/** What the columns of Kafka's text have no room for. */
function* withNotices(
  groups: Iterable<GroupDescription>,
  view: GroupView | undefined,
  notice: (message: string) => void,
): Generator<GroupDescription> {
  for (const group of groups) {
    const { summary } = group
    const name = `group ${quotedText(summary.groupId)}`
    if (view !== 'state') {
      if (summary.state === 'Empty') notice(`${name} has no members`)
      else if (summary.state !== 'Stable') notice(`${name} is ${STATE_WORDS[summary.state]}`)
    }
    if (view === undefined || view === 'offsets') notePartitions(name, group, notice)
    yield group
  }
}

const STATE_WORDS = {
  NotReady: 'not ready: topics of its topology are missing',
  Assigning: 'rebalancing: its members are being assigned',
  Reconciling: 'rebalancing: its members are on their way to their assignments',
} as const

function notePartitions(
  name: string,
  group: GroupDescription,
  notice: (message: string) => void,
): void {
  for (const [is, words] of NOTED) {
    const partitions = group
      .offsets()
      .filter(is)
      .map(({ topic, partition }) => `${topic}-${partition}`)
    if (partitions.length === 0) continue
    const more = partitions.length > SHOWN_MAX ? ` and ${partitions.length - SHOWN_MAX} more` : ''
    notice(`${name}: ${partitions.slice(0, SHOWN_MAX).join(', ')}${more} ${words}`)
  }
}

const SHOWN_MAX = 5
const NOTED: readonly (readonly [(row: GroupOffset) => boolean, string])[] = [
  [({ place }) => place === 'elsewhere', 'are not in these log.dirs'],
  [({ place }) => place === 'deleted', 'are no longer in the cluster'],
  [
    ({ place }) => place === 'recreated',
    'were deleted and created again: the offsets are of the deleted topic',
  ],
  [({ place }) => place === 'unknown', 'are not here'],
  [isOnlyPending, 'have an offset only in an open transaction, which --commits shows'],
]

const EXAMPLES = `
Examples:
  kbroker groups --log-dirs /data/a,/data/b
  kbroker groups payments-service --log-dirs /data/a,/data/b
  kbroker groups --describe --commits --log-dirs /data/a --at 2026-03-01T12:00:00Z

Exit codes: 0 fine · 1 a group is unknown, or something could not be read · 2 usage`
