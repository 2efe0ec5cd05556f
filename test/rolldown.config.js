/** The fuzzer, the crash simulator and the benchmarks, together with the parts of src/ that they call. */
import { defineConfig } from 'rolldown'
import { dependency } from '../rolldown.config.js'

export default defineConfig({
  input: {
    fuzz: 'test/fuzz/fuzz.js',
    crash: 'test/crash/crash.js',
    bench: 'test/bench/run.js',
    append: 'test/bench/append.js',
  },
  platform: 'node',
  external: dependency,
  output: { dir: '.cache/test', cleanDir: true, format: 'esm' },
})
