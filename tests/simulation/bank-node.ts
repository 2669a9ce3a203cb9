import { type AggregateDefinition, CommandBus, findAggregate, isOttlaError, type Receipt, type SendOptions } from '@ottla/core'
import { aggregateParticipant, appTopics, type Codec, ShardHost, type StateStore } from '@ottla/eventstore'
import { findSaga, type SagaDefinition, sagaParticipant } from '@ottla/saga'
import { codecBehind } from './bank-codec.js'
import type { ClientLink } from './kafka-model/client-link.js'
import type { ModelBroker } from './kafka-model/model-broker.js'
import { ModelLog } from './kafka-model/model-log.js'
import type { Conditions, Victim } from './nemesis.js'
import { clockOf, linkOf } from './process-life.js'
import { Account, MoveMoney, TransferOfMoney } from './transfers.fixture.js'

export const app = 'bank'

/** What survives every crash. */
export interface Cluster {
  readonly broker: ModelBroker
  readonly nemesis: Conditions
  readonly shards: number
  readonly snapshots: boolean
}

/** What becomes of a node is told to who runs it. */
export interface NodeEvents {
  /** It has stopped for good: crashed, failed or stopped in order. */
  ended(): void
  failed(error: Error): void
}

/** One process of the bank: it can sleep, die or be expelled at any step that it takes. */
export class BankNode implements Victim {
  readonly link: ClientLink
  private readonly log: ModelLog
  private readonly host: ShardHost
  private readonly bus: CommandBus
  private isEnding = false
  private serving = false

  constructor(
    readonly name: string,
    { broker, nemesis, shards, snapshots }: Cluster,
    store: StateStore,
    private readonly events: NodeEvents,
  ) {
    this.link = linkOf(name, nemesis, () => this)
    const clock = clockOf(this, nemesis)
    this.log = new ModelLog(broker, this.link, clock)
    const codec = codecBehind(this.link, nemesis)
    let drawn = 0
    const ids = { next: () => `${name}-${drawn++}` }
    this.host = new ShardHost({
      app,
      shards,
      log: this.log,
      codec,
      store,
      participants: participants(codec),
      clock,
      ids,
      snapshots,
      limits: { streams: 2, storeBacklog: 8, storeDelay: 50, snapshotEvents: 20, snapshotInterval: 2_000, snapshotBytes: 500 },
      failed: error => this.failed(error),
    })
    this.bus = new CommandBus(envelope => this.host.dispatch(envelope), [], clock, ids)
  }

  /** Never settles when the node dies before. */
  async start(): Promise<void> {
    await this.host.start()
    this.serving = true
  }

  /** Whether clients can send to it: it has started and has not begun to end. */
  get isServing(): boolean {
    return this.serving && !this.isEnding
  }

  /** Sends a command as a client of this process does. Never settles while the node sleeps or when it dies. */
  send(command: object, options: SendOptions): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.link.whenAwake(() => {
        this.bus.send(command, options).then(
          receipt => this.link.whenAwake(() => resolve(receipt)),
          error => this.link.whenAwake(() => reject(error)),
        )
      })
    })
  }

  expel(): void {
    this.log.expel(app)
  }

  stop(): void {
    if (this.isEnding) return
    this.isEnding = true
    this.host
      .stop()
      .then(() => this.log.close())
      .then(
        () => this.crash(),
        error => {
          if (!isOttlaError(error) || !error.retriable) this.events.failed(error)
          this.crash()
        },
      )
  }

  crash(): void {
    if (this.link.isDead) return
    this.link.die()
    this.events.ended()
  }

  /** A process that cannot go on says why and ends; somebody starts it again. */
  failed(error: Error): void {
    if (this.link.isDead) return
    if (!isOttlaError(error) || !error.retriable) this.events.failed(error)
    this.crash()
  }
}

export function participants(codec: Codec) {
  const aggregates = [Account, TransferOfMoney].map(aggregate => aggregateParticipant(findAggregate(aggregate) as AggregateDefinition))
  const commands = aggregates.flatMap(aggregate => aggregate.commands)
  return [...aggregates, sagaParticipant(findSaga(MoveMoney) as SagaDefinition, codec, appTopics(app), commands)]
}
