import { type AggregateDefinition, type Clock, CommandBus, findAggregate, type Ids, systemClock, timeOrderedIds } from '@ottla/core'
import { AvroCodec, aggregateParticipant, type OwnerLimits, type Participant, ShardHost, StateStore } from '@ottla/eventstore'
import { type MemoryBroker, MemoryLog, type MemoryRegistry } from '@ottla/testing'
import { Account } from './bank.fixture.js'

export interface NodeOptions {
  readonly broker: MemoryBroker
  readonly registry: MemoryRegistry
  /** Default: a new one in memory. */
  readonly store?: StateStore
  readonly participants?: readonly Participant[]
  readonly shards?: number
  readonly clock?: Clock
  readonly ids?: Ids
  readonly limits?: Partial<OwnerLimits>
}

/** A node of a bank app on a log in memory: bus, shard host and state store, as createApp puts them together. */
export async function startNode({ broker, registry, shards = 1, clock = systemClock, ids = timeOrderedIds, ...options }: NodeOptions) {
  const log = new MemoryLog(broker, clock)
  const store = options.store ?? new StateStore(':memory:')
  const participants = options.participants ?? [aggregateParticipant(findAggregate(Account) as AggregateDefinition)]
  const failures: Error[] = []
  const codec = new AvroCodec(registry)
  const host = new ShardHost({ app: 'bank', shards, log, codec, store, participants, clock, limits: options.limits, failed: error => failures.push(error) })
  await host.start()
  const bus = new CommandBus(envelope => host.dispatch(envelope), [], clock, ids)
  return {
    log,
    store,
    host,
    failures,
    send: bus.send.bind(bus),
    async stop() {
      await host.stop()
      await log.close()
      store.close()
    },
    /** The node dies; its store stays open for the next one. */
    kill: () => log.kill(),
  }
}
