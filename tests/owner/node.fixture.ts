import {
  type AggregateDefinition,
  type Clock,
  CommandBus,
  findAggregate,
  type Ids,
  type MessageClass,
  type Middleware,
  messageDefinition,
  systemClock,
  timeOrderedIds,
} from '@ottla/core'
import {
  AvroCodec,
  aggregateParticipant,
  appTopics,
  eventEnvelope,
  eventId,
  header,
  type LogRecord,
  type OwnerLimits,
  ShardHost,
  StateStore,
  shardOf,
} from '@ottla/eventstore'
import { findSaga, type SagaDefinition, sagaParticipant } from '@ottla/saga'
import { MemoryBroker, type MemoryBrokerOptions, MemoryLog, MemoryRegistry } from '@ottla/testing'
import { Account } from './bank.fixture.js'

export const topics = appTopics('bank')

/** What survives every node. */
export interface Cluster {
  readonly broker: MemoryBroker
  readonly registry: MemoryRegistry
}

export function cluster(options?: MemoryBrokerOptions): Cluster {
  return { broker: new MemoryBroker('c1', options), registry: new MemoryRegistry() }
}

export interface NodeOptions extends Cluster {
  /** Default: a new one in memory. */
  readonly store?: StateStore
  /** Classes with @Aggregate or @Saga. Default: the account. */
  readonly modules?: readonly (new () => object)[]
  readonly middleware?: readonly Middleware[]
  readonly shards?: number
  readonly clock?: Clock
  readonly ids?: Ids
  readonly limits?: Partial<OwnerLimits>
  readonly snapshots?: boolean
  readonly standby?: boolean | number
}

/** A node of a bank app on a log in memory, not started yet: bus, shard host and state store, as createApp puts them together. */
export function newNode({ broker, registry, shards = 1, clock = systemClock, ids = timeOrderedIds, modules = [Account], ...options }: NodeOptions) {
  const log = new MemoryLog(broker, clock)
  const store = options.store ?? new StateStore(':memory:')
  const codec = new AvroCodec(registry)
  const failures: Error[] = []
  const participants = participantsOf(modules, codec)
  const { limits, snapshots, standby } = options
  const host = new ShardHost({
    app: 'bank',
    shards,
    log,
    codec,
    store,
    participants,
    clock,
    ids,
    limits,
    snapshots,
    standby,
    failed: error => failures.push(error),
  })
  const bus = new CommandBus(envelope => host.dispatch(envelope), options.middleware ?? [], clock, ids)
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

export type Node = ReturnType<typeof newNode>

export async function startNode(options: NodeOptions): Promise<Node> {
  const node = newNode(options)
  await node.host.start()
  return node
}

function participantsOf(modules: readonly (new () => object)[], codec: AvroCodec) {
  const aggregates = modules.flatMap(module => (findAggregate(module) as AggregateDefinition | undefined) ?? []).map(aggregateParticipant)
  const commands = aggregates.flatMap(aggregate => aggregate.commands)
  const sagas = modules.flatMap(module => (findSaga(module) as SagaDefinition | undefined) ?? [])
  return [...aggregates, ...sagas.map(saga => sagaParticipant(saga, codec, topics, commands))]
}

/** The committed records of a topic, shard by shard. */
export function recordsOf({ broker }: Cluster, topic: string): LogRecord[] {
  return broker.topic(topic).partitions.flatMap(({ records }) => records)
}

/** What the headers of all committed events say, shard by shard. */
export function eventsOf(cluster: Cluster) {
  return recordsOf(cluster, topics.events).map(record => {
    const envelope = eventEnvelope(record)
    if (!envelope) throw new Error(`A foreign record at ${record.offset}`)
    return { ...envelope, eventId: eventId(envelope) }
  })
}

/** Writes to the inbox as another node or a foreign program does. */
export function toInbox(
  { broker }: Cluster,
  records: readonly { key: string; value: Uint8Array | null; headers?: Record<string, string> }[],
  shards = 1,
): void {
  broker.append(
    records.map(({ headers = {}, ...record }) => ({
      topic: topics.commands,
      partition: shardOf(record.key, shards),
      headers,
      timestamp: Date.now(),
      ...record,
    })),
  )
  broker.changed()
}

/** The inbox record of a command. */
export async function commandRecord(cluster: Cluster, key: string, id: string, command: object) {
  const definition = messageDefinition(command.constructor as MessageClass)
  const codec = new AvroCodec(cluster.registry)
  await codec.prepare(topics.commands, [definition])
  const headers: Record<string, string> = { [header.message]: 'command', [header.type]: definition.name, [header.command]: id }
  return { key, value: codec.encode(topics.commands, definition, command), headers }
}
