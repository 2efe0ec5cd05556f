import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addLogDirsOption, logDirsOf, type LogDirsOption } from '../../src/cli/common-options.ts'

describe('a list of log.dirs', () => {
  it('has no blanks around its names, as in log.dirs of a broker', () => {
    const command = addLogDirsOption(new Command()).parse(['--log-dirs', '/a, /b c ,'], {
      from: 'user',
    })
    expect(logDirsOf(command.opts<LogDirsOption>(), {})).toEqual(['/a', '/b c'])
    expect(logDirsOf({}, { KBROKER_LOG_DIRS: ' /a ,\t/b' })).toEqual(['/a', '/b'])
  })
})
