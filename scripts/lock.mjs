import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs `work` while no other process on this machine does the same for `folder`, and gives its result. The lock is a listening socket: the operating
 * system releases it when its holders die, so a `kill -9` leaves nothing behind. `work` gets the socket's descriptor; a child that inherits it
 * keeps the lock when this process dies before it. `waiting` is called once when another process has to be waited for.
 */
export async function exclusively(folder, work, waiting = () => {}) {
  const path = socketPath(folder)
  let server
  for (let told = false; ; told = true) {
    server = await listen(path)
    if (server) break
    if (!told) waiting()
    await released(path)
  }
  const guests = new Set()
  server.on('connection', guest => guests.add(guest.on('error', () => {}).on('close', () => guests.delete(guest))))
  try {
    return await work(server._handle?.fd)
  } finally {
    server.close()
    for (const guest of guests) guest.destroy()
  }
}

function socketPath(folder) {
  const name = `ottla-setup-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

/** The listening server, or undefined when another process has the lock. */
function listen(path) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(path, () => resolve(server))
  })
}

/** Resolves when the holder lets go. A socket file that a dead holder left (macOS) is removed. */
function released(path) {
  return new Promise(resolve => {
    const guest = connect(path)
    guest.once('error', error => {
      if (error.code === 'ECONNREFUSED' && !path.startsWith('\0')) rmSync(path, { force: true })
    })
    guest.once('close', () => setTimeout(resolve, 20))
  })
}
