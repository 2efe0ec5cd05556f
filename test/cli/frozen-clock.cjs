// For NODE_OPTIONS=--require: a process whose clock stands at FROZEN_AT, in milliseconds since 1970.
const frozenMs = Number(process.env.FROZEN_AT)
Date.now = () => frozenMs
