/** Described groups on their way out: the view asked for, or all of it as JSON. */
import type { GroupDescription } from '../../inspect/groups/group-description.ts'
import type { Colour } from '../colour.ts'
import { groupJson, groupOffsetJson, memberJson, shareOffsetJson } from './groups-json.ts'
import { groupCommitsTable, groupStateTable } from './groups-table.ts'
import { groupMembersText, groupOffsetsText, shareOffsetsText } from './groups-text.ts'

export const GROUP_VIEWS = ['offsets', 'commits', 'members', 'state'] as const
export type GroupView = (typeof GROUP_VIEWS)[number]

export interface GroupTextOptions {
  readonly view: GroupView
  readonly verbose: boolean
  /** What ages are counted to, milliseconds since 1970. */
  readonly nowMs: bigint
  readonly colour: Colour
}

/** The first two views are one table; the others, as Kafka's, one for each group. */
export function* groupsText(
  groups: Iterable<GroupDescription>,
  { view, verbose, nowMs, colour }: GroupTextOptions,
): Generator<string> {
  if (view === 'state') {
    yield* groupStateTable(
      [...groups].map(({ summary }) => summary),
      colour,
    )
    return
  }
  if (view === 'commits') {
    yield* groupCommitsTable(
      [...groups].flatMap(group => group.offsets()),
      nowMs,
      colour,
    )
    return
  }
  for (const group of groups) {
    if (view === 'members') yield* groupMembersText(group.members(), verbose)
    else if (group.summary.type === 'share') yield* shareOffsetsText(group.shareOffsets(), verbose)
    else yield* groupOffsetsText(group.offsets(), verbose)
  }
}

/** @param view undefined for everything */
export function* groupsJson(
  groups: Iterable<GroupDescription>,
  view: GroupView | undefined,
): Generator<string> {
  for (const group of groups) {
    if (view === undefined || view === 'state') yield groupJson(group.summary)
    if (view === undefined || view === 'members') yield* group.members().map(memberJson)
    if (view === 'state' || view === 'members') continue
    yield* group.offsets().map(groupOffsetJson)
    if (view !== 'commits') yield* group.shareOffsets().map(shareOffsetJson)
  }
}
