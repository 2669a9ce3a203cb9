import type { Receipt } from '@ottla/core'
import { AvroCodec, type HistoryOptions, ShardModel, StateStore } from '@ottla/eventstore'
import { type CommitFate, MemoryBroker, MemoryLog, MemoryRegistry } from '@ottla/testing'
import { app, BankNode, type Cluster, participants } from './bank-node.js'
import { Random } from './random.js'
import { SimulatedClock } from './simulated-clock.js'
import { Deposit, Transfer, Withdraw } from './transfers.fixture.js'

/** What happened in a run: what the checks are held against. */
export interface BankRun {
  readonly history: HistoryOptions
  /** The first answer to each command, and every later one. */
  readonly answers: ReadonlyMap<string, { readonly command: object; readonly receipts: readonly Receipt[] }>
  readonly faults: { crashes: number; zombies: number; lost: number; takeovers: number }
}

const accounts = ['a', 'b', 'c', 'closed-d']

/** The bank under one seed: clients that never give up, nodes that crash at commit boundaries, commits whose answer is lost. */
export async function runBank(seed: number, commands = 25): Promise<BankRun> {
  const random = new Random(seed)
  const clock = new SimulatedClock(random)
  const bank = new Bank(random, clock)
  await clock.run(bank.play(commands))
  const registry = bank.cluster.registry
  const codec = new AvroCodec(registry)
  const history = {
    app,
    log: new MemoryLog(bank.cluster.broker, { ...clock, now: () => clock.now(), after: () => () => {}, nextTurn: task => void setImmediate(task) }),
    codec,
    model: new ShardModel(participants(codec)),
  }
  return { history, answers: bank.answers, faults: bank.faults }
}

class Bank {
  readonly answers = new Map<string, { readonly command: object; readonly receipts: Receipt[] }>()
  readonly faults = { crashes: 0, zombies: 0, lost: 0, takeovers: 0 }
  readonly cluster: Cluster
  private node: BankNode | undefined
  private store = new StateStore(':memory:')
  private calm = false
  private crashing = false
  private count = 0

  constructor(
    private readonly random: Random,
    private readonly clock: SimulatedClock,
  ) {
    const broker = new MemoryBroker('bank', { markers: random.chance(0.7), onCommit: () => this.fate() })
    this.cluster = { broker, registry: new MemoryRegistry(), clock, shards: random.pick([1, 2, 3]) }
  }

  async play(commands: number): Promise<void> {
    await this.startNode()
    const clients = Array.from({ length: this.random.pick([1, 3, 6]) }, () => this.client(Math.ceil(commands / 3)))
    await Promise.all(clients)
    this.calm = true
    // Every saga ends once the faults have stopped: waited for in virtual time, longer than all its retries take.
    await this.wait(20 * 60_000)
    if (this.node?.failures.length) throw this.node.failures[0]
    await this.node?.stop()
    this.store.close()
  }

  private async client(commands: number): Promise<void> {
    for (let sent = 0; sent < commands; sent++) {
      const id = `c${this.count++}`
      const command = this.newCommand(id)
      await this.ask(id, command)
      // Some ask again although they have their answer: it must be the same one.
      if (this.random.chance(0.15)) await this.ask(id, command)
      if (this.random.chance(0.2)) await this.wait(this.random.below(40_000))
    }
  }

  /** Asks until there is an answer, always with the same id. */
  private async ask(id: string, command: object): Promise<void> {
    for (;;) {
      const node = this.node
      try {
        if (!node) throw new Error('no node')
        const receipt = await node.send(command, { id, timeout: 5_000 })
        const known = this.answers.get(id)
        if (known) known.receipts.push(receipt)
        else this.answers.set(id, { command, receipts: [receipt] })
        return
      } catch (error) {
        if ((error as { retriable?: boolean }).retriable === false) throw error
        await this.wait(1 + this.random.below(500))
      }
    }
  }

  private newCommand(id: string): object {
    const amount = 1 + this.random.below(20)
    const kind = this.random.below(10)
    if (kind < 4) return new Deposit({ account: this.random.pick(accounts), amount: amount * 2, transfer: '' })
    if (kind < 5) return new Withdraw({ account: this.random.pick(accounts), amount, transfer: '' })
    return new Transfer({ transfer: `t-${id}`, from: this.random.pick(accounts), to: this.random.pick(accounts), amount })
  }

  private async startNode(): Promise<void> {
    while (!this.node) {
      const ids = { next: () => `n${this.count++}` }
      const node = new BankNode(this.cluster, this.store, ids)
      this.starting = node
      try {
        await node.start()
        this.node = node
        this.faults.takeovers++
      } catch {
        await this.wait(10)
      }
    }
  }

  private starting: BankNode | undefined

  /** At every commit: it works, its answer is lost before or after it was written, or the node dies before or after it. */
  private fate(): CommitFate {
    if (this.calm) return 'ok'
    if (this.random.chance(0.06)) {
      this.faults.lost++
      return this.random.pick(['lost-before', 'lost-after'])
    }
    if (!this.crashing && this.random.chance(0.05)) {
      this.faults.crashes++
      this.crash()
      return this.random.pick(['lost-before', 'ok'])
    }
    return 'ok'
  }

  private crash(): void {
    this.crashing = true
    const isZombie = this.node !== undefined && this.random.chance(0.3)
    this.node = undefined
    if (isZombie) {
      this.faults.zombies++
      this.starting?.expel()
    } else {
      this.starting?.kill()
    }
    // The store is a cache of one node: some come up with the old file, some without.
    if (isZombie || this.random.chance(0.3)) this.store = new StateStore(':memory:')
    const revive = async () => {
      await this.wait(this.random.chance(0.2) ? 120_000 : this.random.below(2_000))
      this.crashing = false
      await this.startNode()
    }
    revive().catch(() => undefined)
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.clock.after(milliseconds, resolve))
  }
}
