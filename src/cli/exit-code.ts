/** How a command ends. Scripts act on these: they only ever gain meanings. */
export const EXIT = {
  ok: 0,
  /** An item could not be read or found; the others were done. */
  itemFailed: 1,
  usage: 2,
  /** `verify`: only files that can be rebuilt from the log are wrong. */
  rebuildable: 3,
  /** `verify`: a log itself is damaged. */
  logDamaged: 4,
  /** `verify`: not readable, or held by a live broker. */
  unreadable: 5,
  /** A bug of ours. */
  internal: 70,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
