import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { newsOf } from './answer-errors.js'
import type { Fault } from './connection-faults.js'
import { type ApiName, answeredIdOf, apiNameOf, apiVersionOf, correlationIdOf, FrameSplitter } from './protocol-frames.js'

/** What the proxies of a run have seen pass by. */
export interface Traffic {
  takeovers: number
  fencings: number
  commits: number
  timedOut: number
  cuts: number
  /** How often a member joined its group: once at its start, and at every rebalance. */
  joins: number
}

/** Decides what happens to a request. */
export interface RequestFaults {
  faultFor(api: ApiName | undefined): Fault | undefined
}

interface OpenRequest {
  readonly api: ApiName
  readonly request: Buffer
  readonly loseAnswer: boolean
}

/** Stands between one client and one broker, reads Kafka's protocol as it passes, and does to it what `faults` says. */
export class BrokerProxy {
  private readonly connections = new Set<ProxiedConnection>()

  private constructor(
    private readonly server: Server,
    readonly target: number,
    private readonly faults: RequestFaults,
    private readonly traffic: Traffic,
  ) {}

  static async open(target: number, faults: RequestFaults, traffic: Traffic): Promise<BrokerProxy> {
    const server = createServer()
    const proxy = new BrokerProxy(server, target, faults, traffic)
    server.on('connection', client => proxy.accept(client))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Cuts every connection that is open now. */
  cut(): void {
    this.traffic.cuts += this.connections.size
    for (const connection of this.connections) connection.end()
  }

  /** From now on nothing passes through the connections that are open now, and nobody is told: as when the broker's machine is gone. New ones work. */
  freeze(): void {
    for (const connection of this.connections) connection.freeze()
  }

  async close(): Promise<void> {
    this.server.close()
    for (const connection of this.connections) connection.end()
  }

  private accept(client: Socket): void {
    const connection = new ProxiedConnection(client, this.target, this.faults, this.traffic)
    this.connections.add(connection)
    connection.ended.then(() => this.connections.delete(connection)).catch(() => undefined)
  }
}

class ProxiedConnection {
  readonly ended: Promise<void>
  private readonly broker: Socket
  private readonly open = new Map<number, OpenRequest>()
  /** Requests are passed on one after another: one that is delayed holds up those behind it. */
  private queue: Promise<void> = Promise.resolve()
  private lingers = false
  private isFrozen = false

  constructor(
    private readonly client: Socket,
    target: number,
    private readonly faults: RequestFaults,
    private readonly traffic: Traffic,
  ) {
    this.broker = connect({ host: '127.0.0.1', port: target, noDelay: true })
    client.setNoDelay(true)
    for (const socket of [client, this.broker]) socket.on('error', () => socket.destroy())
    client.on('close', () => this.lingers || this.broker.destroy())
    this.broker.on('close', () => client.destroy())
    this.ended = new Promise(resolve => this.broker.once('close', () => resolve()))
    const requests = new FrameSplitter()
    client.on('data', chunk => {
      for (const request of requests.push(chunk)) this.queue = this.queue.then(() => this.pass(request))
    })
    const answers = new FrameSplitter()
    this.broker.on('data', chunk => {
      for (const answer of answers.push(chunk)) this.answer(answer)
    })
  }

  end(): void {
    this.client.destroy()
    this.broker.destroy()
  }

  freeze(): void {
    this.isFrozen = true
  }

  private async pass(request: Buffer): Promise<void> {
    if (this.isFrozen) return
    const api = apiNameOf(request)
    const fault = this.client.destroyed ? undefined : this.faults.faultFor(api)
    if (fault?.kind === 'lose request') return this.end()
    if (fault?.kind === 'late') {
      this.lingers = true
      this.client.destroy()
    }
    if (fault && 'milliseconds' in fault) await delay(fault.milliseconds, undefined, { ref: false })
    if (this.broker.destroyed) return
    if (api) this.open.set(correlationIdOf(request), { api, request, loseAnswer: fault?.kind === 'lose answer' || this.lingers })
    this.broker.write(request)
  }

  private answer(answer: Buffer): void {
    const id = answeredIdOf(answer)
    const asked = this.open.get(id)
    this.open.delete(id)
    if (asked) this.note(asked, answer)
    if (asked?.loseAnswer) return this.end()
    if (!this.client.destroyed && !this.isFrozen) this.client.write(answer)
  }

  private note({ api, request }: OpenRequest, answer: Buffer): void {
    const news = newsOf(api, apiVersionOf(request), request, answer)
    if (api === 'JoinGroup') this.traffic.joins++
    if (news.opened) this.traffic.takeovers++
    if (news.fenced) this.traffic.fencings++
    if (news.committed) this.traffic.commits++
    if (news.timedOut) this.traffic.timedOut++
  }
}
