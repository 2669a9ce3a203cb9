import { type AggregateDefinition, type Clock, CommandBus, findAggregate, type Receipt, type SendOptions } from '@ottla/core'
import { AvroCodec, aggregateParticipant, appTopics, type Codec, ShardHost, StateStore } from '@ottla/eventstore'
import { findSaga, type SagaDefinition, sagaParticipant } from '@ottla/saga'
import { type MemoryBroker, MemoryLog, type MemoryRegistry } from '@ottla/testing'
import type { SimulatedClock } from './simulated-clock.js'
import { Account, MoveMoney, TransferOfMoney } from './transfers.fixture.js'

export const app = 'bank'

/** What survives every crash. */
export interface Cluster {
  readonly broker: MemoryBroker
  readonly registry: MemoryRegistry
  readonly clock: SimulatedClock
  readonly shards: number
}

/** A node of the bank that can be killed at any moment; whoever waits for it then learns of it. */
export class BankNode {
  readonly failures: Error[] = []
  readonly died = Promise.withResolvers<never>()
  private dead = false
  private readonly log: MemoryLog
  private readonly host: ShardHost
  private readonly bus: CommandBus

  constructor({ broker, registry, clock, shards }: Cluster, store: StateStore, ids: { next(): string }) {
    this.died.promise.catch(() => undefined)
    this.log = new MemoryLog(broker, clock)
    const codec = new AvroCodec(registry)
    const mortal = this.mortal(clock)
    this.host = new ShardHost({
      app,
      shards,
      log: this.log,
      codec,
      store,
      participants: participants(codec),
      clock: mortal,
      limits: { streams: 2, storeBacklog: 8, storeDelay: 50 },
      failed: error => this.failures.push(error),
    })
    this.bus = new CommandBus(envelope => this.host.dispatch(envelope), [], mortal, ids)
  }

  start(): Promise<void> {
    return Promise.race([this.host.start(), this.died.promise])
  }

  send(command: object, options: SendOptions): Promise<Receipt> {
    return Promise.race([this.bus.send(command, options), this.died.promise])
  }

  async stop(): Promise<void> {
    await Promise.race([this.host.stop().then(() => this.log.close()), this.died.promise.catch(() => undefined)])
  }

  /** A dead node's timers do not fire: it must not write to the store that the next node has. */
  private mortal(clock: Clock): Clock {
    const alive = (task: () => void) => () => {
      if (!this.dead) task()
    }
    return { now: () => clock.now(), nextTurn: task => clock.nextTurn(alive(task)), after: (milliseconds, task) => clock.after(milliseconds, alive(task)) }
  }

  /** The group gives its shards to the next node while this one goes on: a zombie. */
  expel(): void {
    this.log.expel()
  }

  kill(): void {
    if (this.dead) return
    this.dead = true
    this.log.kill()
    this.died.reject(new Error('The node has died.'))
  }
}

export function participants(codec: Codec) {
  const aggregates = [Account, TransferOfMoney].map(aggregate => aggregateParticipant(findAggregate(aggregate) as AggregateDefinition))
  const commands = aggregates.flatMap(aggregate => aggregate.commands)
  return [...aggregates, sagaParticipant(findSaga(MoveMoney) as SagaDefinition, codec, appTopics(app), commands)]
}
