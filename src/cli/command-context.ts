/** What a command may touch. Nothing below this floor reaches for process, console or the clock itself. */
import type { Disk } from '../disk/disk.ts'
import type { ClusterWriter } from '../log-dirs/cluster-change.ts'
import type { ByteOutput } from './byte-output.ts'
import type { ExitCode } from './exit-code.ts'

export interface CommandContext {
  /** Data only. Flushed when the command has ended. */
  readonly stdout: ByteOutput
  /** Notices, summaries, errors: one line a call. */
  readonly stderr: (line: string) => void
  /** For reading: it refuses to change anything. */
  readonly disk: Disk
  /** The same, for the commands that are there to write. */
  readonly writableDisk: Disk
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly terminal: TerminalFacts
  readonly nowMs: () => number
  /** Hard to guess. */
  readonly randomBytes: (size: number) => Buffer
  /** Processors to spread work over. */
  readonly parallelism: number
  /** Carries out changes of a stopped node; by default on `writableDisk`. */
  readonly writeCluster?: ClusterWriter
  /** Says how the command ended; without it, 0. The highest wins. */
  readonly endWith: (code: ExitCode) => void
}

export interface TerminalFacts {
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  /** Of stdout; 80 where it is no terminal. */
  readonly columns: number
}
