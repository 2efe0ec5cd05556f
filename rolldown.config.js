/**
 * src/ becomes a few CommonJS files in dist/: Node 20 has a command running in half the time that a hundred
 * ECMAScript modules take it. A file for each command and for what commands share, loaded when needed.
 * Dependencies stay what they are.
 */
import { defineConfig } from 'rolldown'

export const dependency = id => !/^[./]/.test(id)

export default defineConfig({
  input: { main: 'src/cli/main.ts', 'task-worker': 'src/inspect/parallel/task-worker.ts' },
  platform: 'node',
  external: dependency,
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  },
})
