/**
 * The floors of the house: a folder may import itself and the folders named beside it, nothing else.
 * This table is the documentation; `npm run floors` holds the code to it.
 */
const MAY_IMPORT = {
  base: [],
  binary: ['base'],
  disk: ['base'],
  compression: ['base', 'binary'],
  protocol: ['base', 'binary'],
  record: ['base', 'binary', 'compression', 'protocol'],
  log: ['base', 'binary', 'disk', 'compression', 'protocol', 'record'],
  coordinator: ['base', 'binary', 'protocol', 'record'],
  metadata: ['base', 'binary', 'protocol', 'record'],
  client: ['base', 'binary', 'compression', 'protocol', 'record'],
  'log-dirs': ['base', 'binary', 'disk', 'compression', 'protocol', 'record', 'log', 'metadata'],
  inspect: [
    'base',
    'binary',
    'disk',
    'compression',
    'protocol',
    'record',
    'log',
    'coordinator',
    'metadata',
    'log-dirs',
  ],
  maintenance: [
    'base',
    'binary',
    'disk',
    'compression',
    'protocol',
    'record',
    'log',
    'coordinator',
    'metadata',
    'log-dirs',
    'inspect',
  ],
  broker: [
    'base',
    'binary',
    'disk',
    'compression',
    'protocol',
    'record',
    'log',
    'coordinator',
    'metadata',
    'log-dirs',
    'inspect',
  ],
  cli: [
    'base',
    'binary',
    'disk',
    'compression',
    'protocol',
    'record',
    'log',
    'coordinator',
    'metadata',
    'log-dirs',
    'client',
    'inspect',
    'maintenance',
    'broker',
  ],
}

const rooms = Object.keys(MAY_IMPORT).join('|')

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([folder, floors]) => ({
      name: `${folder}-imports-only-lower-floors`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${[folder, ...floors].join('|')})/` },
    })),
    {
      name: 'no-room-without-a-floor',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/(${rooms})/` },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'one-door-to-the-disk',
      comment: 'node:fs and libc are reached through src/disk alone; codecs load their own wasm',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(disk/|compression/wasm\\.ts)' },
      to: { path: '^(node:)?fs(/promises)?$|node_modules/koffi/' },
    },
    {
      name: 'only-the-command-line-draws',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: 'node_modules/(commander|chalk|cli-table3|ora|fast-glob)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
