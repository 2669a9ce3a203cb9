import { StateStore } from '@ottla/eventstore'
import type { Asked } from './asked.js'
import { Auditor } from './auditor.js'
import { BankClient } from './bank-client.js'
import { BankNode, type Cluster } from './bank-node.js'
import { ModelBroker } from './kafka-model/model-broker.js'
import { type Faults, Nemesis, sessionTimeout } from './nemesis.js'
import { sagaCounts, topics, waitingRecords } from './progress.js'
import { Random } from './random.js'
import { SimulatedClock } from './simulated-clock.js'
import { ViewWatch } from './view-watch.js'

export interface RunOptions {
  /** safety: faults until the last client has its answers. liveness: they end at some moment, for two nodes of three, and the rest must get through. */
  readonly mode: 'safety' | 'liveness'
  /** How many commands the clients send, about. */
  readonly commands?: number
  /** false is the control: a broker that lets fenced writers write. */
  readonly fences?: boolean
  /** Where a process with a view keeps it; without it there is none. */
  readonly viewFolder?: string
}

/** What happened in a run: what the checks are held against. */
export interface BankRun {
  readonly seed: number
  readonly broker: ModelBroker
  readonly asked: ReadonlyMap<string, Asked>
  readonly faults: Faults
  readonly nemesisLog: readonly string[]
  readonly auditor: Auditor
  readonly failures: readonly Error[]
  /** What was not done in the end, in words; empty when everything was. */
  readonly undone: readonly string[]
  /** Virtual milliseconds from the end of the faults until everything was done. */
  readonly drained: number
  readonly takeovers: number
  readonly view?: ViewWatch
}

/** How long everything may take once the faults have ended, in virtual milliseconds: sessions end, markers are written, sagas try again. */
const patience = { safety: 10 * 60_000, liveness: 3 * 60_000 }

/** The bank under one seed: three nodes or four, clients that never give up, and a nemesis. The same seed gives the same run. */
export async function runBank(seed: number, options: RunOptions): Promise<BankRun> {
  const random = new Random(seed)
  const clock = new SimulatedClock(random)
  // The owner's back-off draws from here.
  const { random: original } = Math
  Math.random = () => random.next()
  const bank = new Bank(random, clock, options)
  try {
    return { seed, ...(await clock.run(bank.play())) }
  } catch (error) {
    throw new Error(`Seed ${seed}, ${options.mode}: ${(error as Error).message}\nThe nemesis:\n  ${bank.nemesisLog.join('\n  ')}`, { cause: error })
  } finally {
    Math.random = original
  }
}

interface Slot {
  readonly name: string
  node: BankNode | undefined
  store: StateStore
  starts: number
  isGone: boolean
}

class Bank {
  private readonly nemesis: Nemesis
  private readonly cluster: Cluster
  private readonly slots: readonly Slot[]
  private readonly asked = new Map<string, Asked>()
  private readonly failures: Error[] = []
  private readonly auditor: Auditor
  private readonly view: ViewWatch | undefined
  private over = false

  constructor(
    private readonly random: Random,
    private readonly clock: SimulatedClock,
    private readonly options: RunOptions,
  ) {
    const nemesis = new Nemesis(random, clock)
    this.nemesis = nemesis
    const broker = new ModelBroker('bank', {
      network: nemesis,
      sessionTimeout,
      heartbeat: () => random.below(2_000),
      markerDelay: () => nemesis.markerDelay(),
      transactionTimeout: () => nemesis.transactionTimeout(),
      timedOut: writer => nemesis.timedOut(writer),
      fences: options.fences,
    })
    nemesis.reaches({ healed: () => broker.changed(), compact: () => (broker.topics.has(topics.snapshots) ? broker.compact(topics.snapshots) : 0) })
    this.cluster = { broker, nemesis, shards: random.pick([1, 2, 3, 5]), snapshots: random.chance(0.5) }
    this.slots = Array.from({ length: random.pick([3, 3, 4]) }, (_, index) => ({
      name: `n${index + 1}`,
      node: undefined,
      store: new StateStore(':memory:'),
      starts: 0,
      isGone: false,
    }))
    this.auditor = new Auditor(broker, clock)
    const { viewFolder: folder } = options
    const dies = () => nemesis.isActive && random.chance(0.1)
    if (folder !== undefined) this.view = new ViewWatch({ broker, nemesis, clock, folder, dies, failed: error => this.failures.push(error) })
  }

  get nemesisLog(): readonly string[] {
    return this.nemesis.log
  }

  async play(): Promise<Omit<BankRun, 'seed'>> {
    const { random, options, nemesis, cluster } = this
    for (const slot of this.slots) this.startNode(slot)
    const count = random.pick([1, 3, 6])
    const commands = options.commands ?? 18
    const clients = Array.from({ length: count }, (_, index) => this.client(index).play(Math.ceil(commands / count)))
    const all = Promise.all(clients)
    const ending = options.mode === 'liveness' ? this.wait(random.below(60_000)) : all
    await ending
    nemesis.rest()
    if (options.mode === 'liveness') this.loseOne()
    const from = this.clock.now()
    const left = await this.drain(all, from + patience[options.mode])
    const drained = this.clock.now() - from
    this.over = true
    this.view?.stop()
    this.auditor.catchUp()
    for (const { node } of this.slots) node?.link.die()
    for (const { store } of this.slots) store.close()
    return {
      broker: cluster.broker,
      asked: this.asked,
      faults: nemesis.counts,
      nemesisLog: nemesis.log,
      auditor: this.auditor,
      failures: this.failures,
      undone: left,
      drained,
      view: this.view,
      takeovers: this.slots.reduce((sum, { starts }) => sum + starts, 0),
    }
  }

  private client(index: number): BankClient {
    const { random, clock, asked, failures } = this
    return new BankClient(`c${index + 1}`, { random, clock, asked, failures, node: () => this.anyNode(), goesOn: () => this.nemesis.isActive })
  }

  private anyNode(): BankNode | undefined {
    const { node } = this.random.pick(this.slots)
    return node?.isServing ? node : undefined
  }

  /** One node is gone for good when the faults end: the others must do. */
  private loseOne(): void {
    const slot = this.slots[0] as Slot
    slot.isGone = true
    slot.node?.link.die()
    slot.node = undefined
  }

  private startNode(slot: Slot): void {
    if (this.over || slot.isGone) return
    slot.starts++
    const node = new BankNode(`${slot.name}.${slot.starts}`, this.cluster, slot.store, {
      ended: () => this.restart(slot),
      failed: error => this.failures.push(error),
    })
    slot.node = node
    node.start().catch((error: Error) => node.failed(error))
  }

  /** The store is a cache of one node: some come up with what they had, some without. */
  private restart(slot: Slot): void {
    slot.node = undefined
    if (this.over) return
    if (this.random.chance(0.3)) {
      this.nemesis.note('store lost', slot.name)
      slot.store.close()
      slot.store = new StateStore(':memory:')
    }
    this.clock.after(this.random.chance(0.1) ? 40_000 : this.random.below(3_000), () => this.startNode(slot))
  }

  /** Gives what is not done at the deadline, in words. */
  private async drain(clients: Promise<unknown>, deadline: number): Promise<string[]> {
    let answered = false
    clients.then(
      () => {
        answered = true
      },
      (error: Error) => this.failures.push(error),
    )
    for (;;) {
      const left = [...(answered ? [] : ['clients wait for answers']), ...this.undone()]
      if (left.length === 0 || this.clock.now() > deadline || this.failures.length > 0) return left
      await this.wait(500)
    }
  }

  private undone(): string[] {
    const { broker } = this.cluster
    const { started, ended } = sagaCounts(broker)
    return [
      ...(broker.transactions.open > 0 ? [`${broker.transactions.open} transactions are open`] : []),
      ...(started !== ended ? [`${started - ended} of ${started} sagas have not ended`] : []),
      ...waitingRecords(broker),
      ...(this.view?.isUpToDate === false ? ['the view has not read everything'] : []),
    ]
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.clock.after(milliseconds, resolve))
  }
}
