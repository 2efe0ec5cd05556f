/** Makes a process believe that it began at noon of 2026-11-23, a day after the fixtures were made. */
const begun = Date.now()
const now = Date.now.bind(Date)
Date.now = () => Date.UTC(2026, 10, 23, 12) + now() - begun
