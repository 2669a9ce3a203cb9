import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A folder that no other process on this machine works in. */
export interface FolderLock {
  /** A descriptor that a child process can inherit: the lock lasts until the last process with it has ended. */
  readonly descriptor: number | undefined
  release(): void
}

/**
 * Locks a folder, waiting at most `patience` milliseconds for another holder; undefined when that was not enough. The lock is a listening socket, as in
 * scripts/lock.mjs: the operating system releases it when its holders die, so a `kill -9` leaves nothing behind.
 */
export async function lockFolder(folder: string, patience: number): Promise<FolderLock | undefined> {
  const path = socketPath(folder)
  const end = Date.now() + patience
  for (;;) {
    const server = await listen(path)
    if (server) return hold(server)
    const left = end - Date.now()
    if (left <= 0) return undefined
    await released(path, left)
  }
}

function hold(server: Server): FolderLock {
  const guests = new Set<Socket>()
  server.on('connection', guest => guests.add(guest.on('error', () => {}).on('close', () => guests.delete(guest))))
  server.unref()
  return {
    descriptor: (server as unknown as { _handle?: { fd?: number } })._handle?.fd,
    release: () => {
      server.close()
      for (const guest of guests) guest.destroy()
    },
  }
}

function socketPath(folder: string): string {
  const name = `ottla-kafka-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16)}`
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error => ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(path, () => resolve(server))
  })
}

/** Resolves when the holder lets go, or after `limit` milliseconds. A socket file that a dead holder left (macOS) is removed. */
function released(path: string, limit: number): Promise<void> {
  return new Promise(resolve => {
    const guest = connect(path)
    const late = setTimeout(() => guest.destroy(), limit)
    guest.once('error', error => {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' && !path.startsWith('\0')) rmSync(path, { force: true })
    })
    guest.once('close', () => {
      clearTimeout(late)
      setTimeout(resolve, 20)
    })
  })
}
