import { StateStore } from '@ottla/eventstore'
import type { Asked } from './asked.js'
import { Auditor } from './auditor.js'
import { bankCodec } from './bank-codec.js'
import { BankNode } from './bank-node.js'
import type { BankRun } from './bank-run.js'
import { ModelBroker } from './kafka-model/model-broker.js'
import { type Conditions, type Faults, faultKinds } from './nemesis.js'
import { committedRecords, sagaCounts, topics, waitingRecords } from './progress.js'
import { Random } from './random.js'
import { SimulatedClock } from './simulated-clock.js'

/** Where the one node of a run dies. */
export interface CrashPoint {
  /** At which of its commits, from 1; 0 for a run without a crash. */
  readonly commit: number
  readonly side: 'before' | 'after'
  /** How long it stays dead, in milliseconds; with more than the 30 seconds of a step, the answers are late. */
  readonly dead: number
  /** Whether every command and reply in the inboxes comes twice. */
  readonly isTwice: boolean
}

/** Sends these commands one after another to a node that dies once, and lets everything come to its end. */
export function runSaga(commands: readonly object[], point: CrashPoint): Promise<BankRun & { readonly commits: number }> {
  const random = new Random(1)
  const clock = new SimulatedClock(random)
  return clock.run(new SagaCrashRun(commands, point, random, clock).play())
}

class SagaCrashRun {
  private commits = 0
  private armed = false
  private readonly broker: ModelBroker
  private readonly conditions: Conditions
  private readonly auditor: Auditor
  private readonly failures: Error[] = []
  private readonly asked = new Map<string, Asked>()
  private readonly store = new StateStore(':memory:')
  private readonly doubled = new Set<string>()
  private node: BankNode | undefined
  private starts = 0

  constructor(
    private readonly commands: readonly object[],
    private readonly point: CrashPoint,
    random: Random,
    private readonly clock: SimulatedClock,
  ) {
    this.conditions = {
      clock,
      patience: 1_000,
      isRegistryDown: false,
      isDown: () => false,
      latency: () => 0,
      step: () => {},
      fate: (_, kind) => {
        if (kind === 'end') this.atCommit()
        return 'ok'
      },
    }
    const times = { sessionTimeout: 6_000, heartbeat: () => random.below(100), markerDelay: () => 0, transactionTimeout: () => 10_000 }
    this.broker = new ModelBroker('bank', { network: this.conditions, ...times })
    this.broker.watch(() => this.atChange())
    this.auditor = new Auditor(this.broker, clock)
  }

  async play(): Promise<BankRun & { readonly commits: number }> {
    this.start()
    for (const [index, command] of this.commands.entries()) await this.ask(`c${index}`, command)
    const from = this.clock.now()
    while ((this.undone().length > 0 || !this.node?.isServing) && this.clock.now() < from + 20 * 60_000) await this.wait(100)
    const undone = this.undone()
    this.node?.link.die()
    this.auditor.catchUp()
    this.store.close()
    const faults = Object.fromEntries(faultKinds.map(kind => [kind, 0])) as Faults
    const { broker, asked, auditor, failures, commits, starts } = this
    const drained = this.clock.now() - from
    return { seed: 1, broker, asked, auditor, failures, commits, faults, nemesisLog: [JSON.stringify(this.point)], undone, drained, takeovers: starts }
  }

  private start(): void {
    const node = new BankNode(`n${++this.starts}`, { broker: this.broker, nemesis: this.conditions, shards: 3, snapshots: false }, this.store, {
      ended: () => {
        this.node = undefined
        this.clock.after(this.point.dead, () => this.start())
      },
      failed: error => this.failures.push(error),
    })
    this.node = node
    node.start().catch((error: Error) => node.failed(error))
  }

  private atCommit(): void {
    if (++this.commits !== this.point.commit) return
    if (this.point.side === 'before') this.node?.crash()
    else this.armed = true
  }

  private atChange(): void {
    if (this.armed) {
      this.armed = false
      this.node?.crash()
    }
    if (this.point.isTwice) this.repeatInbox()
  }

  /** As a producer that was not sure does: the same record once more, later. */
  private repeatInbox(): void {
    for (const { topic, partition, offset, key, value, headers, timestamp } of committedRecords(this.broker, topics.commands).flat()) {
      const place = `${partition}@${offset}`
      if (this.doubled.has(place) || key === null) continue
      this.doubled.add(place)
      this.doubled.add(`${partition}@${this.broker.partition({ topic, partition }).end}`)
      this.broker.append([{ topic, partition, key, value, headers, timestamp }], { markers: false })
    }
  }

  private async ask(id: string, command: object): Promise<void> {
    const asked: Asked = { command, attempts: 0, receipts: [] }
    this.asked.set(id, asked)
    while (asked.receipts.length === 0) {
      asked.attempts++
      const answer = this.node?.isServing ? this.node.send(command, { id, timeout: 4_000 }) : undefined
      answer?.then(receipt => asked.receipts.push(receipt)).catch(() => undefined)
      await Promise.race([answer?.catch(() => undefined) ?? this.wait(50), this.wait(6_000)])
    }
  }

  private undone(): string[] {
    const { started, ended } = sagaCounts(this.broker)
    return [...(started !== ended ? [`${started - ended} sagas have not ended`] : []), ...waitingRecords(this.broker)]
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.clock.after(milliseconds, resolve))
  }
}

/** The movements and ends of a run, which must not depend on where it crashed. */
export async function outcomeOf({ broker }: BankRun): Promise<string[]> {
  return committedRecords(broker, topics.events)
    .flat()
    .filter(({ headers }) => headers.type?.startsWith('bank.'))
    .map(({ key, value, headers }) => `${key} ${headers.type} ${JSON.stringify(bankCodec.decodePlain(value as Buffer).fields)}`)
    .toSorted()
}
