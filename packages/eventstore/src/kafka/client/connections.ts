import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../driver/cluster.js'

/** How long requests that are under way may take to end when connections are closed, in milliseconds. */
const grace = 1_000

/** Connections of one user: closing them takes a bounded time, whatever the brokers do. */
export class Connections {
  private closing: Promise<void> | undefined

  constructor(
    readonly cluster: Cluster,
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  /** kafkajs connects again by itself when it is asked for something; it must not, once these are closed. */
  get isClosed(): boolean {
    return this.closing !== undefined
  }

  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  /** Resolves when what is under way has had its time. */
  grace(): Promise<void> {
    return sleep(grace, undefined, { ref: false })
  }

  /** kafkajs waits for every request that is under way; a broker that does not answer is not waited for. */
  private async end(): Promise<void> {
    const ended = this.cluster.disconnect().catch(() => undefined)
    await Promise.race([ended, this.grace()])
    for (const socket of this.sockets) socket.destroy(new Error('the connection was closed by Ottla'))
  }
}
