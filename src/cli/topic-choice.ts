/**
 * Which topics `--topic` means: it is a regular expression for the whole name, in which a comma stands for "or", as for
 * kafka-topics.
 *
 * Source: org.apache.kafka.server.util.TopicFilter
 */
import { UsageError } from '../base/errors.ts'
import type { TopicImage } from '../metadata/topic-images.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'

export interface TopicChoice {
  readonly topic?: string
  readonly excludeInternal?: true
}

export function chosenTopics(
  topics: readonly TopicImage[],
  { topic, excludeInternal }: TopicChoice,
): readonly TopicImage[] {
  const pattern = topic === undefined ? undefined : topicPattern(topic)
  return topics.filter(
    ({ name }) =>
      (pattern === undefined || pattern.test(name)) &&
      (excludeInternal === undefined || !isInternalTopic(name)),
  )
}

function topicPattern(text: string): RegExp {
  const source = text
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+|["']+$/g, '')
  try {
    return new RegExp(`^(?:${source})$`)
  } catch {
    throw new UsageError(`--topic ${text} is no regular expression`)
  }
}
