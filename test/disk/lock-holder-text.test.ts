import { describe, expect, it } from 'vitest'
import { heldText, holderText } from '../../src/disk/lock-holder-text.ts'

const JAVA = '/usr/lib/jvm/17/bin/java'
const told = (...words: string[]) => heldText({ pid: 7 }, () => words)

describe('the holder of a lock', () => {
  it.each([
    [
      'a broker',
      [JAVA, '-Xmx1g', '-cp', '/opt/kafka/libs/*', 'kafka.Kafka', 'server.properties'],
      'held by process 7 (java … kafka.Kafka): a broker that runs on this directory; stop it first',
    ],
    [
      'kbroker as a broker',
      ['/usr/bin/node', '/opt/bin/kbroker.js', 'serve', '--log-dirs', '/data/a'],
      'held by process 7 (node … kbroker serve): a broker that runs on this directory; stop it first',
    ],
    [
      'kbroker',
      ['/usr/bin/node', '--max-old-space-size=512', '/opt/bin/kbroker.js', 'reindex', '--execute'],
      'held by process 7 (node … kbroker reindex): wait until it has ended',
    ],
    [
      'kbroker by its installed name, without a command yet',
      ['node', '/usr/local/bin/kbroker'],
      'held by process 7 (node … kbroker): wait until it has ended',
    ],
    [
      'something else',
      ['/usr/bin/flock\u001b[2J', '/data/a/.lock'],
      'held by process 7 (flock?[2J): a broker that runs on this directory, most likely; stop it first',
    ],
    [
      'a process that nobody may look into',
      [],
      'held by process 7: a broker that runs on this directory, most likely; stop it first',
    ],
  ])('is %s', (_, words, text) => {
    expect(told(...words)).toBe(text)
  })

  it('may be in another container', () => {
    expect(holderText({ pid: undefined })).toBe('another process')
  })

  it('is no kbroker for a file of that name among its arguments', () => {
    expect(told('vim', 'notes', '/opt/kbroker')).toContain('(vim)')
  })
})
