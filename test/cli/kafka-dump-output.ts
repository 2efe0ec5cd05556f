/** The files under `fixtures/<name>/expected/dump`: runs of kafka-dump-log 4.3.1, as its makers wrote them down. */
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'

export const FIXTURES = join(import.meta.dirname, '../../fixtures')

export interface KafkaRun {
  /** Where the tool ran; paths in its arguments are relative to it. */
  readonly directory: string
  readonly args: readonly string[]
  readonly stdout: string
  /** With `{ROOT}` for the directory. */
  readonly stderr: string
  /** The tool ended with a stack trace: what came behind it in the run is not known. */
  readonly crashed: boolean
}

export function kafkaRuns(): { readonly name: string; readonly runs: KafkaRun[] }[] {
  return fixtureNames().flatMap(fixture => {
    const directory = join(FIXTURES, fixture)
    const dumps = join(directory, 'expected/dump')
    if (!existsSync(dumps)) return []
    return readdirSync(dumps).map(file => ({
      name: `${fixture}/${file.replace(/\.txt$/, '')}`,
      runs: parseRuns(readFileSync(join(dumps, file), 'utf8'), directory),
    }))
  })
}

function fixtureNames(): string[] {
  const damaged = join(FIXTURES, 'damaged')
  const names = existsSync(damaged) ? readdirSync(damaged).map(name => `damaged/${name}`) : []
  return [...readdirSync(FIXTURES), ...names]
}

function parseRuns(text: string, directory: string): KafkaRun[] {
  return text
    .split(/^--- arguments\n/m)
    .slice(1)
    .map(run => {
      const [args, rest] = splitAt(run, '--- stdout\n')
      const [stdout, stderr] = splitAt(rest, '--- stderr\n')
      const crashed = /^Exception in thread|^\tat /m.test(stderr)
      return { directory, args: args.trim().split(' '), stdout, stderr, crashed }
    })
}

/** At the first line that is `marker`, or at the end of an unfinished line: Kafka may end within one. */
function splitAt(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + marker.length)]
}
