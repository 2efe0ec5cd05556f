/** How long Apache Kafka takes from its start to its first answer, on log.dirs as they are. */
import { spawn } from 'node:child_process'
import { openSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PORT = 29492
const POLL_MS = 10
const POLL_MS_MAX = 120_000
/** ApiVersions v0; the length of the answer and its correlation id are awaited. */
const REQUEST = Buffer.from([0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 1, 0, 1, 0x78])
const ANSWER_SIZE = 8

/** Shuts it down cleanly behind the measurement. @returns milliseconds */
export async function kafkaStartMs(folder, { jars, logDirs }) {
  const properties = join(folder, 'server.properties')
  writeFileSync(properties, propertiesFor(logDirs))
  const output = openSync(join(folder, 'server.out'), 'w')
  const args = ['-Xmx1g', '-cp', jars, 'kafka.Kafka', properties]
  const start = performance.now()
  const broker = spawn('java', args, { stdio: ['ignore', output, output] })
  const ended = new Promise(resolve => broker.once('close', resolve))
  let taken
  while (!(await answers()) && broker.exitCode === null) {
    if (performance.now() - start > POLL_MS_MAX) break
    await sleep(POLL_MS)
  }
  if (broker.exitCode === null) taken = performance.now() - start
  broker.kill()
  await ended
  if (taken === undefined) throw new Error(`Apache Kafka did not start: ${folder}/server.out`)
  return taken
}

function propertiesFor(logDirs) {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${PORT + 1}
listeners=PLAINTEXT://127.0.0.1:${PORT},CONTROLLER://127.0.0.1:${PORT + 1}
controller.listener.names=CONTROLLER
log.dirs=${logDirs.join(',')}
offsets.topic.replication.factor=1
`
}

function answers() {
  return new Promise(resolve => {
    const socket = connect(PORT, '127.0.0.1')
    let size = 0
    const end = isAnswered => {
      socket.destroy()
      resolve(isAnswered)
    }
    socket.once('connect', () => socket.write(REQUEST))
    socket.on('data', bytes => {
      size += bytes.length
      if (size >= ANSWER_SIZE) end(true)
    })
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
