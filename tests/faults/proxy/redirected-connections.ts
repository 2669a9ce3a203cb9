import { Socket } from 'node:net'

type Connect = (this: Socket, ...parameters: unknown[]) => Socket

/**
 * From now on, what this process connects to one of these ports of 127.0.0.1 goes to the other one: through a proxy that the broker knows nothing of, whatever
 * it advertises. Gives back what ends it.
 */
export function redirectConnections(ports: ReadonlyMap<number, number>): () => void {
  const prototype = Socket.prototype as unknown as { connect: Connect }
  const direct = prototype.connect
  prototype.connect = function (...parameters) {
    const [first, ...rest] = parameters
    // `net.connect` hands over an array of options and listener, which must stay this very array: Node has marked it.
    if (Array.isArray(first)) first[0] = redirected(first[0] as ConnectOptions, ports)
    const target = typeof first === 'object' && first !== null && !Array.isArray(first) ? redirected(first as ConnectOptions, ports) : first
    return direct.call(this, typeof target === 'number' || typeof target === 'string' ? (ports.get(Number(target)) ?? target) : target, ...rest)
  }
  return () => {
    prototype.connect = direct
  }
}

interface ConnectOptions {
  readonly host?: string
  readonly port?: number | string
}

function redirected(options: ConnectOptions, ports: ReadonlyMap<number, number>): ConnectOptions {
  const port = options.port === undefined ? undefined : ports.get(Number(options.port))
  return port === undefined ? options : { ...options, port }
}
