import { describe, expect, it } from 'vitest'
import { TOPIC_CONFIGS } from '../../src/metadata/topic-config-definitions.ts'
import { BAD_CONFIGS, GOOD_CONFIGS } from './topic-config-cases.ts'
import { topicConfigProblem } from '../../src/metadata/topic-configs.ts'

describe('configs of a topic', () => {
  it.each(GOOD_CONFIGS)('may be %s=%j', (name, value) => {
    expect(topicConfigProblem(new Map([[name, value]]))).toBeUndefined()
  })

  it.each(BAD_CONFIGS)('refuse %s=%j in the words of Kafka', (name, value, expected) => {
    expect(topicConfigProblem(new Map([[name, value]]))).toBe(expected)
  })

  it('refuse lags of compaction that contradict each other', () => {
    const configs = new Map([
      ['min.compaction.lag.ms', '6'],
      ['max.compaction.lag.ms', '5'],
    ])
    expect(topicConfigProblem(configs)).toBe(
      'conflict topic config setting min.compaction.lag.ms (6) > max.compaction.lag.ms (5)',
    )
  })

  it('refuse a remote storage that no log.dir tells of', () => {
    const problem = topicConfigProblem(new Map([['remote.storage.enable', 'true']]))
    expect(problem).toMatch(/^remote.storage.enable can be set by a running broker only/)
  })

  it('all have a default that is allowed', () => {
    for (const [name, { fallback }] of Object.entries(TOPIC_CONFIGS)) {
      if (fallback !== null) expect(topicConfigProblem(new Map([[name, fallback]]))).toBeUndefined()
    }
  })
})
