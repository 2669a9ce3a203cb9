import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections: one of those could take a broker's port while it is down. */
const lowest = 20_000
const highest = 31_999

/** This many different ports of 127.0.0.1 that nobody listens on. The wanted ones come first, as long as they are free. */
export async function freePorts(count: number, wanted: readonly number[] = []): Promise<number[]> {
  const ports = new Set<number>()
  for (let place = 0; place < count; place++) {
    let port = wanted[place] ?? random()
    while (ports.has(port) || !(await isFree(port))) port = random()
    ports.add(port)
  }
  return [...ports]
}

function random(): number {
  return lowest + Math.floor(Math.random() * (highest - lowest + 1))
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}
