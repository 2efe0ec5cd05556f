// For node --require: a process that begins at CLOCK_AT, in milliseconds since 1970.
const begun = Date.now()
const now = Date.now.bind(Date)
Date.now = () => Number(process.env.CLOCK_AT) + now() - begun
