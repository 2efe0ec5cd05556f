import { runInProcess } from '../cli/run-in-process.ts'

/** What topics say of themselves in the metadata log: lines `topic name value`, as java/Recovery.java reads them. */
export async function topicConfigs(logDirs: readonly string[]): Promise<string> {
  const args = ['topics', 'describe', '--json', '--log-dirs', logDirs.join(',')]
  const { stdout } = await runInProcess(args)
  const lines: string[] = []
  for (const line of stdout.trimEnd().split('\n')) {
    const { topic, configs } = JSON.parse(line) as TopicLine
    for (const { name, value, source } of configs) {
      if (source === 'topic') lines.push(`${topic} ${name} ${value}\n`)
    }
  }
  return lines.join('')
}

interface TopicLine {
  readonly topic: string
  readonly configs: readonly {
    readonly name: string
    readonly value: string
    readonly source: string
  }[]
}
