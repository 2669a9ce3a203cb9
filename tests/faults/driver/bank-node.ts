import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../simulation/random.js'
import type { Answer, NodeSettings } from '../bank/protocol.js'
import { BrokerProxy, type Traffic } from '../proxy/broker-proxy.js'
import { ConnectionFaults } from '../proxy/connection-faults.js'
import { BankProcess, NoAnswer } from './bank-process.js'
import type { Counts } from './counts.js'

/** The run that a node belongs to, as the node sees it. */
export interface NodeSurroundings {
  readonly settings: Omit<NodeSettings, 'folder' | 'clientId' | 'proxies'>
  readonly folder: string
  readonly random: Random
  readonly faults: ConnectionFaults
  readonly traffic: Traffic
  readonly counts: Counts
  record(answer: Answer): void
  broken(node: string, message: string): void
  note(what: string): void
}

/** How often a node is started in a row before the run is given up. */
const mostAttempts = 30

/** A place where a node of the bank runs: one process after another in the same folder, behind proxies of its own. */
export class BankNode {
  readonly folder: string
  /** What happens to the requests of this node; for the rest, those of the run decide. */
  readonly faults: ConnectionFaults
  process: BankProcess | undefined
  /** While it is stopped by SIGSTOP. */
  isPaused = false
  private proxies: readonly BrokerProxy[] = []
  private isWanted = false

  constructor(
    private readonly run: NodeSurroundings,
    readonly name: string,
    private readonly clientId = name,
  ) {
    this.folder = join(run.folder, name)
    this.faults = new ConnectionFaults(run.random, run.faults)
  }

  get isReady(): boolean {
    return this.process?.isReady === true
  }

  /** Resolves when the node takes commands. A start that fails for a reason that passes is tried again, as whoever watches over processes does. */
  async start(): Promise<void> {
    this.isWanted = true
    this.proxies = this.proxies.length > 0 ? this.proxies : await this.openProxies()
    for (let attempt = 1; this.isWanted; attempt++) {
      const process = new BankProcess(
        {
          ...this.run.settings,
          folder: this.folder,
          clientId: this.clientId,
          proxies: Object.fromEntries(this.proxies.map(({ target, port }) => [target, port])),
        },
        message => this.run.broken(this.name, message),
        answer => this.run.record(answer),
      )
      this.process = process
      try {
        return await process.ready
      } catch (error) {
        if (!this.isWanted) return
        await process.ended
        await delay(300)
        this.run.counts.add('starts that failed')
        this.run.note(`${this.name} did not start: ${(error as Error).message}`)
        if ((error as NoAnswer).retriable && attempt < mostAttempts) continue
        this.run.broken(this.name, `it cannot start: ${(error as Error).message}`)
        throw error
      }
    }
  }

  /** kill -9. */
  async kill({ forget = false } = {}): Promise<void> {
    this.isWanted = false
    await this.process?.kill()
    this.process = undefined
    if (forget) rmSync(this.folder, { recursive: true, force: true })
  }

  async stop(): Promise<void> {
    this.isWanted = false
    const ended = await this.process?.stop()
    if (ended === false) this.run.broken(this.name, 'it did not stop within 30 seconds')
    this.process = undefined
  }

  pause(): void {
    this.isPaused = true
    this.process?.pause()
  }

  resume(): void {
    this.isPaused = false
    this.process?.resume()
  }

  /** Cuts its connections to all brokers. */
  cut(): void {
    for (const proxy of this.proxies) proxy.cut()
  }

  async close(): Promise<void> {
    await this.kill()
    await Promise.all(this.proxies.map(proxy => proxy.close()))
  }

  private openProxies(): Promise<BrokerProxy[]> {
    const { traffic, settings } = this.run
    return Promise.all(settings.brokers.map(broker => BrokerProxy.open(Number(broker.split(':').at(-1)), this.faults, traffic)))
  }
}
