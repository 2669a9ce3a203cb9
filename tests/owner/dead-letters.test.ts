import { event, type MessageClass, messageDefinition, t } from '@ottla/core'
import { AvroCodec, eventstoreErrors, header, readDeadLetters } from '@ottla/eventstore'
import { MemoryLog, MemoryRegistry } from '@ottla/testing'
import { systemClock } from 'ottla'
import { afterEach, describe, expect, test } from 'vitest'
import { Deposit } from './bank.fixture.js'
import { until } from './gate.fixture.js'
import { type Cluster, cluster, commandRecord, eventsOf, type Node, type NodeOptions, recordsOf, startNode, toInbox, topics } from './node.fixture.js'

const nodes: Node[] = []
const deposit = new Deposit({ account: 'a', amount: 1 })

async function start(options: NodeOptions): Promise<Node> {
  const node = await startNode(options)
  nodes.push(node)
  return node
}

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

const inbox = { topic: topics.commands, partition: 0 }
const decided = ({ broker }: Cluster) => until(() => broker.committed('bank', inbox) === broker.end(inbox))
const letters = ({ broker }: Cluster) => readDeadLetters({ app: 'bank', log: new MemoryLog(broker, systemClock) })

/** Bytes that another program wrote: its message has the name of a command and nothing else of it. */
async function ofAnotherSchema({ registry }: Cluster): Promise<Buffer> {
  const Other = event('bank.Deposit', { colour: t.string })
  const definition = messageDefinition(Other as unknown as MessageClass)
  const codec = new AvroCodec(registry)
  await codec.prepare('elsewhere', [definition])
  return codec.encode('elsewhere', definition, new Other({ colour: 'red' }))
}

class BrokenRegistry extends MemoryRegistry {
  override async schemaById(id: number) {
    return id === 99 ? { id, schema: '{"type":"recrod"}' } : super.schemaById(id)
  }
}

const bad: readonly [what: string, code: string, change: (good: Buffer, shared: Cluster) => Buffer | Promise<Buffer>][] = [
  ['with an unknown magic byte', 'RECORD_FORMAT_UNKNOWN', good => Buffer.concat([Buffer.from([7]), good.subarray(1)])],
  ['of a schema that the registry does not have', 'SCHEMA_UNKNOWN', good => Buffer.concat([Buffer.from([0, 0, 0, 9, 9]), good.subarray(5)])],
  ['that is cut off', 'RECORD_CUT_OFF', good => good.subarray(0, -1)],
  ['of another schema', 'RECORD_SCHEMA_DIFFERS', (_, shared) => ofAnotherSchema(shared)],
  ['of a schema that cannot be parsed', 'RECORD_SCHEMA_INVALID', good => Buffer.concat([Buffer.from([0, 0, 0, 0, 99]), good.subarray(5)])],
  ['with something left over', 'RECORD_UNREADABLE', good => Buffer.concat([good, Buffer.from([1])])],
]

describe.each(bad)('a command %s', (_, code, change) => {
  test(`is set aside as ${code} with its place and as it was, and the partition goes on`, async () => {
    const shared: Cluster = { ...cluster(), registry: new BrokenRegistry() }
    const node = await start(shared)
    const good = await commandRecord(shared, 'a', 'good', deposit)
    const value = await change(good.value, shared)
    toInbox(shared, [{ ...good, value, headers: { ...good.headers, [header.command]: 'bad', mine: 'ü' } }, good])
    await decided(shared)
    expect(await letters(shared)).toMatchObject([
      {
        id: 'inbox/bank.commands-0@0',
        reader: 'inbox',
        ...inbox,
        offset: 0,
        code,
        reason: expect.stringMatching(new RegExp(`^${code}: .* It is bank\\.commands-0@0\\.$`)),
        attempts: 1,
        key: 'a',
        value,
        bytes: value.length,
        headers: { [header.type]: 'bank.Deposit', [header.command]: 'bad', mine: 'ü' },
      },
    ])
    expect(recordsOf(shared, topics.outcomes)).toMatchObject([{ headers: { [header.command]: 'bad', [header.outcome]: 'failed' } }])
    expect(eventsOf(shared)).toMatchObject([{ commandId: 'good' }])
    expect(node.failures).toEqual([])
  })
})

describe('a record of the inbox', () => {
  test('without a value, a key or headers is set aside too', async () => {
    const shared = cluster()
    await start(shared)
    const good = await commandRecord(shared, 'a', 'good', deposit)
    toInbox(shared, [{ ...good, value: null }, { key: 'a', value: Buffer.from('hello') }, good])
    await decided(shared)
    expect(await letters(shared)).toMatchObject([
      { offset: 0, code: 'RECORD_UNREADABLE', value: null, bytes: 0 },
      { offset: 1, code: 'RECORD_UNREADABLE', value: Buffer.from('hello'), headers: {} },
    ])
    expect(eventsOf(shared)).toMatchObject([{ commandId: 'good' }])
  })

  test.each(['lost-before', 'lost-after'] as const)('is set aside once, in the transaction that passes over it, whose answer is %s', async fate => {
    const lost: (readonly string[])[] = []
    const onCommit = (_: string, records: readonly { readonly topic: string }[]) => {
      const written = records.map(({ topic }) => topic)
      if (lost.length === 2 || !written.includes(topics.deadLetters)) return 'ok' as const
      lost.push(written)
      return fate
    }
    const shared = cluster({ onCommit })
    const node = await start({ ...shared, limits: { batch: 1 } })
    const good = await commandRecord(shared, 'a', 'good', deposit)
    toInbox(shared, [{ ...good, value: Buffer.from([0, 0, 0]) }, good])
    await decided(shared)
    expect(recordsOf(shared, topics.deadLetters)).toHaveLength(1)
    expect(lost).toEqual(Array.from({ length: fate === 'lost-after' ? 1 : 2 }, () => [topics.outcomes, topics.deadLetters]))
    expect(eventsOf(shared)).toMatchObject([{ commandId: 'good' }])
    expect(node.failures).toEqual([])
  })

  test('too large for a record about it is kept as far as there is room', async () => {
    const shared = cluster({ maxRecordBytes: 50_000 })
    await start({ ...shared, limits: { recordBytes: 20_000 } })
    const value = Buffer.alloc(45_000, 'x')
    toInbox(shared, [{ key: 'k'.repeat(3_000), value, headers: { big: 'h'.repeat(1_000) } }])
    await decided(shared)
    expect(await letters(shared)).toMatchObject([{ bytes: 45_000, value: value.subarray(0, 20_000), key: 'k'.repeat(3_000) }])
  })

  test('of a type that nobody knows is kept when there is no other node to leave it to', async () => {
    const shared = cluster()
    await start(shared)
    const good = await commandRecord(shared, 'a', 'new', deposit)
    toInbox(shared, [{ ...good, headers: { ...good.headers, [header.type]: 'bank.Transfer' } }])
    await decided(shared)
    expect(await letters(shared)).toMatchObject([{ code: 'TYPE_UNKNOWN', value: good.value }])
  })

  test('that good records follow is decided when a registry that gives 500 is back, and is no dead letter', async () => {
    const registry = new MemoryRegistry()
    const shared: Cluster = { ...cluster(), registry }
    const good = await commandRecord(shared, 'a', 'good', deposit)
    let asked = 0
    const away = Object.assign(new MemoryRegistry(), {
      async schemaById(id: number) {
        if (++asked < 3) throw eventstoreErrors.create('REGISTRY_UNAVAILABLE', { registry: 'r', error: 'status 500' })
        return registry.schemaById(id)
      },
    })
    await start({ ...shared, registry: away })
    const other = Buffer.concat([Buffer.from([0, 0, 0, 0, 77]), good.value.subarray(5)])
    Object.assign(away, { schemaById: wrap(away.schemaById, 77, good.value.readUInt32BE(1)) })
    toInbox(shared, [{ ...good, value: other }])
    await decided(shared)
    expect(asked).toBe(3)
    expect(await letters(shared)).toEqual([])
    expect(eventsOf(shared)).toMatchObject([{ commandId: 'good' }])
  })
})

describe('an event that cannot be read', () => {
  test('is set aside when the state of its aggregate is restored, once however often that is, and the aggregate is unavailable', async () => {
    const shared = cluster()
    const first = await startNode(shared)
    await first.send(deposit)
    await first.send(new Deposit({ account: 'b', amount: 1 }))
    await first.stop()
    const [record] = recordsOf(shared, topics.events).filter(({ key }) => key === 'a')
    const headers = { ...record?.headers, version: '2', command: 'damaged' }
    const value = Buffer.from([0, 0, 0])
    shared.broker.append([{ topic: topics.events, partition: 0, key: 'a', headers, value, timestamp: Date.now() }])
    for (let times = 0; times < 2; times++) {
      const node = await startNode(shared)
      expect(await node.send(deposit)).toMatchObject({ outcome: 'failed', error: { code: 'STREAM_UNREADABLE' } })
      expect(await node.send(new Deposit({ account: 'b', amount: 1 }))).toMatchObject({ outcome: 'accepted' })
      expect(await letters(shared)).toMatchObject([{ reader: 'state:account', topic: topics.events, code: 'RECORD_CUT_OFF', key: 'a', value }])
      await node.stop()
    }
  })

  test('because its type is not known here is no dead letter', async () => {
    const shared = cluster()
    const first = await startNode(shared)
    await first.send(deposit)
    await first.stop()
    const [record] = recordsOf(shared, topics.events)
    const headers = { ...record?.headers, version: '2', type: 'bank.Newer', command: 'newer' }
    shared.broker.append([{ topic: topics.events, partition: 0, key: 'a', headers, value: record?.value as Buffer, timestamp: Date.now() }])
    await start(shared)
    expect(await letters(shared)).toEqual([])
  })
})

/** Gives a schema a second id, which this process has not seen yet. */
function wrap(schemaById: (id: number) => Promise<{ id: number; schema: string }>, second: number, first: number) {
  return (id: number) => schemaById(id === second ? first : id)
}
