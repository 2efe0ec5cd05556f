#!/usr/bin/env node
import { main } from '../dist/main.cjs'
await main(process.argv.slice(2))
