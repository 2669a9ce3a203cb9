import { createRequire } from 'node:module'

interface Connection {
  send(call: { readonly request: { readonly apiName: string } }): Promise<unknown>
}

/** Counts the requests that the kafkajs clients of this process send, by the protocol's names. Made after an app has started, since Ottla loads a copy of its own. */
export class RequestCount {
  private readonly counts = new Map<string, number>()
  private readonly prototype = (createRequire(import.meta.url)('kafkajs/src/network/connection') as { readonly prototype: Connection }).prototype
  private readonly send = this.prototype.send

  start(): void {
    const { counts, send, prototype } = this
    prototype.send = function (this: Connection, call) {
      counts.set(call.request.apiName, (counts.get(call.request.apiName) ?? 0) + 1)
      return send.call(this, call)
    }
  }

  stop(): void {
    this.prototype.send = this.send
  }

  of(...names: readonly string[]): number {
    return names.reduce((sum, name) => sum + (this.counts.get(name) ?? 0), 0)
  }
}
