import type { Socket } from 'node:net'
import type { QuietRequestQueue } from './quiet-request-queue.js'

/** What the patch needs of kafkajs's connection. */
interface Connection {
  readonly requestQueue: QuietRequestQueue
  readonly socket: Socket | null
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript lets only such a constructor be extended
type ConnectionClass = new (...options: any[]) => Connection

/**
 * kafkajs's connection that ends when a request gets no answer in its time, as Java's client does it. The original goes on asking by it: where the broker's
 * machine is gone without a word, until the operating system gives the connection up after a quarter of an hour.
 */
export function endingConnection(Original: ConnectionClass): ConnectionClass {
  return class extends Original {
    // biome-ignore lint/suspicious/noExplicitAny: the same as above
    constructor(...options: any[]) {
      super(...options)
      this.requestQueue.silent = () => this.socket?.destroy(new Error('a request got no answer'))
    }
  }
}
