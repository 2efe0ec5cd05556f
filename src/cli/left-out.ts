/** What a command that goes on says of things it could not read. */
import type { DiskError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { ReadOptions } from '../inspect/internal-topics/partitions-here.ts'
import { unreadableIndexText, withOptionalIndexes } from '../log/optional-indexes.ts'
import type { CommandContext } from './command-context.ts'
import { limitsOf, noticesTo, type LimitOption, type QuietOption } from './common-options.ts'
import { EXIT } from './exit-code.ts'

/** Takes an item that is left out: it is told of, and the command ends with 1. */
export function leavingOut({
  stderr,
  endWith,
}: Pick<CommandContext, 'stderr' | 'endWith'>): (error: DiskError) => void {
  return error => {
    stderr(`kbroker: ${error.message}`)
    endWith(EXIT.itemFailed)
  }
}

/** How a command reads internal topics: problems are told and it ends with 1, notices are told unless it is quiet. */
export function readingFor(
  options: LimitOption & QuietOption,
  { stderr, endWith }: Pick<CommandContext, 'stderr' | 'endWith'>,
): ReadOptions {
  const notice = noticesTo(options, { stderr })
  return {
    limits: limitsOf(options),
    notice: message => notice(`kbroker: ${message}`),
    problem: message => {
      stderr(`kbroker: ${message}`)
      endWith(EXIT.itemFailed)
    },
  }
}

/** Notices that come up again and again are told once. */
export function onceEach(notice: (line: string) => void): (line: string) => void {
  const told = new Set<string>()
  return line => {
    if (told.has(line)) return
    told.add(line)
    notice(line)
  }
}

/** The command's disk; an index that can't be read is noticed, once, and done without. */
export function diskWithOptionalIndexes(
  options: QuietOption,
  { disk, stderr }: Pick<CommandContext, 'disk' | 'stderr'>,
): Disk {
  const notice = onceEach(noticesTo(options, { stderr }))
  return withOptionalIndexes(disk, error => notice(`kbroker: ${unreadableIndexText(error)}`))
}
