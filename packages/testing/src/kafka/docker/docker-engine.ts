import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where engines listen when `DOCKER_HOST` does not say. */
const sockets = ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')]

/** Whether a Docker engine answers and the optional package testcontainers is installed. Takes a second at most. */
export async function dockerAnswers(): Promise<boolean> {
  const host = process.env.DOCKER_HOST
  const found = host ? await answers(addressOf(host)) : (await Promise.all(sockets.map(socketPath => answers({ socketPath })))).includes(true)
  if (!found) return false
  return import('testcontainers').then(
    () => true,
    () => false,
  )
}

function addressOf(host: string): { socketPath: string } | { host: string; port: string } {
  const { protocol, hostname, port, pathname } = new URL(host)
  return protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port }
}

function answers(address: { socketPath: string } | { host: string; port: string }): Promise<boolean> {
  return new Promise(resolve => {
    const asked = request({ ...address, path: '/_ping', timeout: 1000 }, response => {
      response.resume()
      resolve(true)
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.once('close', () => resolve(false))
    asked.end()
  })
}
