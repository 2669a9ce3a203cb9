import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OttlaError, type Position, systemClock } from '@ottla/core'
import { AvroCodec, eventstoreErrors, type ReaderOptions, type TopicOffset } from '@ottla/eventstore'
import { HttpRegistry } from '@ottla/eventstore/kafka'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { on, projection } from '../projection/plain-projection.js'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { logOf, OrderNoted, OrderPaid, OrderPlaced, orders, Shop, someEvents } from '../shop.fixture.js'
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner.js'

let shop: Shop
const runners: ProjectionRunner[] = []

beforeEach(async () => {
  shop = await Shop.open()
})

afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop()
  await shop.remove()
})

async function run(definition: ProjectionDefinition = orders, options: Partial<ProjectionRunnerOptions> = {}): Promise<ProjectionRunner> {
  const runner = new ProjectionRunner({ ...shop.options, definition, ...options })
  runners.push(runner)
  await runner.start()
  return runner
}

const order = { orderId: 'o-1', region: 'north' }
const placed = () => new OrderPlaced({ ...order, amount: 10 })
const rows = (runner: ProjectionRunner) => runner.reader().all('select * from orders order by id')
const next = (position: Position): TopicOffset => ({ topic: Shop.topic, partition: position.shard, offset: position.offsets[Shop.topic] as number })

describe('a runner', () => {
  it('makes the rows of all events, those in the log and those that come', async () => {
    const before = await shop.append(placed())
    const runner = await run()
    await runner.waitFor(before, 5000)
    expect(rows(runner)).toEqual([{ id: 'o-1', region: 'north', amount: 10, paid: 0 }])
    await runner.waitFor(await shop.append(new OrderPaid(order)), 5000)
    expect(rows(runner)).toEqual([{ id: 'o-1', region: 'north', amount: 10, paid: 1 }])
    expect(runner.problem).toBeUndefined()
  })

  it('tells a handler where its event comes from', async () => {
    const seen: unknown[] = []
    const runner = await run(projection({ name: 'seen', schema: 'create table t (x)', on: [on(OrderPaid, (_, __, context) => void seen.push(context))] }))
    await shop.append(placed())
    const record = shop.record(new OrderPaid(order))
    await runner.waitFor(await shop.write([record]), 5000)
    const commandId = record.headers.command
    const context = { stream: { participant: 'order', id: 'o-1' }, version: 2, commandId, eventId: `${commandId}/0`, correlationId: commandId }
    expect(seen).toEqual([{ ...context, timestamp: record.timestamp, topic: Shop.topic, partition: record.partition, offset: 1 }])
  })

  it('goes on from its checkpoint after a restart', async () => {
    const handled: string[] = []
    const definition = projection({ name: 'seen', schema: 'create table t (x)', on: [on(OrderPlaced, ({ orderId }) => void handled.push(orderId))] })
    const first = await run(definition)
    await first.waitFor(await shop.append(placed()), 5000)
    await first.stop()
    const position = await shop.append(new OrderPlaced({ ...order, orderId: 'o-2', amount: 1 }))
    const second = await run(definition)
    await second.waitFor(position, 5000)
    expect(handled).toEqual(['o-1', 'o-2'])
  })

  it('keeps position and rows of one transaction together in the file', async () => {
    const runner = await run()
    const position = await shop.append(...someEvents(50))
    await runner.waitFor(position, 5000)
    expect(runner.reader().status().position).toContainEqual(next(position))
    expect(runner.position).toContainEqual(next(position))
  })

  it('stops while it waits for events, and answers those who wait', async () => {
    const runner = await run()
    const waiting = runner.waitFor({ shard: 0, offsets: { [Shop.topic]: 99 } }, 60_000)
    await Promise.all([expect(waiting).rejects.toThrow(/^VIEW_STOPPED/), runner.stop()])
    await expect(runner.waitFor({ shard: 0, offsets: { [Shop.topic]: 99 } }, 1)).rejects.toThrow(/^VIEW_STOPPED/)
    expect(() => runner.reader()).toThrow(/^VIEW_STOPPED/)
  })

  it('refuses a topic that does not exist', async () => {
    await expect(run(orders, { topics: ['none'] })).rejects.toThrow(/^TOPIC_UNKNOWN/)
  })

  it('refuses a projection that cannot run', () => {
    expect(() => new ProjectionRunner({ ...shop.options, definition: { ...orders, handlers: [] } })).toThrow(/^MODEL_INVALID/)
  })
})

describe('what may pass', () => {
  const unavailable = () => eventstoreErrors.create('LOG_UNAVAILABLE', { log: 'shop', error: 'away' })

  it('is waited out: the log cannot be reached', async () => {
    let failures = 3
    const reader = (options: ReaderOptions) => {
      const real = shop.log.reader(options)
      if (failures-- <= 0) return real
      real[Symbol.asyncIterator] = () => ({ next: () => Promise.reject(unavailable()) })
      return real
    }
    const runner = await run(orders, { log: { ...logOf(shop), reader } })
    await runner.waitFor(await shop.append(placed()), 5000)
    expect(rows(runner)).toHaveLength(1)
    expect(failures).toBe(-1)
  })

  describe('of the registry', () => {
    const fields = [
      { name: 'orderId', type: 'string' },
      { name: 'region', type: 'string' },
      { name: 'amount', type: 'int' },
    ]
    const schema = { type: 'record', name: 'shop.OrderPlaced', fields }
    let answer: (response: ServerResponse) => void
    let asked: number
    let server: Server
    let registry: HttpRegistry

    beforeEach(async () => {
      asked = 0
      server = createServer((_, response) => {
        asked++
        answer(response)
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      registry = new HttpRegistry({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeout: 1000 })
    })

    afterEach(async () => {
      registry.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    })

    const away: readonly [string, (response: ServerResponse) => void][] = [
      ['answers with 503', response => void response.writeHead(503).end()],
      ['breaks off', response => void response.destroy()],
      ["answers with a gateway's 404", response => void response.writeHead(404).end('<html>')],
      ['takes no more of our password', response => void response.writeHead(401).end()],
    ]

    it.each(away)('is waited out: it %s for a while', async (_, failing) => {
      const position = await shop.append(placed())
      answer = failing
      const runner = await run(orders, { codec: new AvroCodec(registry) })
      await expect.poll(() => asked).toBeGreaterThan(2)
      expect([rows(runner), runner.problem]).toEqual([[], undefined])
      answer = response => void response.end(JSON.stringify({ schema: JSON.stringify(schema) }))
      await runner.waitFor(position, 10_000)
      expect(rows(runner)).toHaveLength(1)
      expect(runner.problem).toBeUndefined()
    })
  })

  it('is no error that Ottla does not know, which ends the view and is reported', async () => {
    const errors: OttlaError[] = []
    const reader = () => {
      throw new TypeError('surprise')
    }
    const runner = await run(orders, { log: { ...logOf(shop), reader }, failed: error => errors.push(error) })
    await expect(runner.waitFor({ shard: 0, offsets: { [Shop.topic]: 1 } }, 5000)).rejects.toThrow(/^VIEW_FAILED: .*surprise/)
    expect(errors).toMatchObject([{ code: 'VIEW_FAILED', cause: expect.any(TypeError) }])
  })
})

describe('waiting for a position', () => {
  it('is over when events of types that the projection ignores are passed', async () => {
    const runner = await run()
    await runner.waitFor(await shop.append(new OrderNoted(order)), 5000)
    expect(rows(runner)).toEqual([])
  })

  it('does not wait for topics that the projection does not read', async () => {
    const runner = await run()
    await runner.waitFor({ shard: 0, offsets: { 'shop.outcomes': 99 } }, 0)
  })

  it('ends with an error of its own that says where the view stands', async () => {
    const runner = await run()
    const waiting = runner.waitFor({ shard: 1, offsets: { [Shop.topic]: 7 } }, 20)
    await expect(waiting).rejects.toThrow('VIEW_TIMEOUT: View orders did not reach shop.events-1@7 within 20 ms; it stands at shop.events-1@0.')
    await expect(waiting).rejects.toMatchObject({ retriable: true })
  })

  it('serves many at once, each at its own position', async () => {
    const runner = await run()
    const positions = await Promise.all(
      Array.from({ length: 30 }, (_, i) => shop.record(new OrderPlaced({ ...order, orderId: `x-${i}`, amount: i }))).map(r => shop.write([r])),
    )
    await Promise.all(positions.map(position => runner.waitFor(position, 5000)))
    expect(rows(runner)).toHaveLength(30)
  })
})

describe('an event that cannot be handled', () => {
  const failing = (handle: () => void | Promise<void>): ProjectionDefinition => ({
    ...orders,
    handlers: orders.handlers.map(handler => ({
      ...handler,
      handle: (event, view, context) => {
        handler.handle(event, view, context)
        return (event as { orderId: string }).orderId === 'bad' ? (handle() as void) : undefined
      },
    })),
  })
  const events = ['a', 'bad', 'b'].map(orderId => new OrderPlaced({ ...order, orderId, amount: 1 }))
  const boom = () => {
    throw new RangeError('boom')
  }

  it('leaves no trace in the rows, and the others go on', async () => {
    const runner = await run(failing(boom))
    for (const event of events) await runner.waitFor(await shop.append(event), 5000)
    expect(rows(runner).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(runner.reader().all('select events from regions')).toEqual([{ events: 2 }])
  })

  it('marks the view degraded, with the reason and the position', async () => {
    const record = shop.record(events[1] as InstanceType<typeof OrderPlaced>)
    const position = await shop.write([record, shop.record(events[0] as InstanceType<typeof OrderPlaced>)])
    const runner = await run(failing(boom))
    await runner.waitFor({ ...position, shard: record.partition, offsets: { [Shop.topic]: 1 } }, 5000)
    expect(runner.problem).toMatchObject({
      code: 'VIEW_DEGRADED',
      details: { failures: 1, reason: expect.stringContaining('orders.on(OrderPlaced) threw boom') },
    })
    const failure = { topic: Shop.topic, partition: record.partition, offset: 0, eventType: 'shop.OrderPlaced', eventId: `${record.headers.command}/0` }
    expect(runner.reader().status().failures).toEqual([{ ...failure, error: expect.stringMatching(/^EVENT_HANDLER_FAILED: .*threw boom/) }])
  })

  it('is one whose handler returns a promise', async () => {
    const runner = await run(failing(() => Promise.reject(new Error('late'))))
    for (const event of events) await runner.waitFor(await shop.append(event), 5000)
    expect(runner.problem?.details.reason).toMatch(/^EVENT_HANDLER_NOT_SYNCHRONOUS: orders\.on\(OrderPlaced\) returned a promise/)
    expect(rows(runner).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it.each<[string, (good: Buffer) => Uint8Array | null, RegExp]>([
    ['whose bytes are cut off', good => good.subarray(0, 7), /RECORD_CUT_OFF/],
    ['of a schema that the registry does not know', good => Buffer.concat([Buffer.from([0, 0, 0, 99, 99]), good.subarray(5)]), /SCHEMA_UNKNOWN/],
    ['in no wire format', () => Buffer.from('{"orderId":"bad"}'), /RECORD_FORMAT_UNKNOWN/],
    ['without bytes', () => null, /RECORD_UNREADABLE/],
  ])('is one %s', async (_, bytesOf, reason) => {
    const [good, bad] = [shop.record(events[0] as InstanceType<typeof OrderPlaced>), shop.record(events[1] as InstanceType<typeof OrderPlaced>)]
    await shop.write([{ ...bad, value: bytesOf(bad.value as Buffer), partition: 0 }])
    const position = await shop.write([{ ...good, partition: 0 }])
    const runner = await run()
    await runner.waitFor(position, 5000)
    expect(rows(runner).map(({ id }) => id)).toEqual(['a'])
    expect(runner.problem?.details.reason).toMatch(reason)
    expect(runner.problem?.details.reason).toContain('(shop.OrderPlaced at shop.events-0@0)')
  })

  it('is one without the headers that name its stream', async () => {
    const record = shop.record(placed())
    const { type } = record.headers
    const runner = await run()
    await runner.waitFor(await shop.write([{ ...record, headers: { type: type as string } }]), 5000)
    expect(runner.problem?.details.reason).toContain('its headers do not name stream, version and command')
  })

  it('is no record of somebody else on the topic, which means nothing here', async () => {
    const runner = await run()
    await runner.waitFor(await shop.write([{ ...shop.record(placed()), headers: {}, value: Buffer.from('hello') }]), 5000)
    expect(runner.problem).toBeUndefined()
  })

  it('is listed up to a thousand times and counted beyond', async () => {
    const all = Array.from({ length: 1100 }, (_, i) => new OrderPaid({ ...order, orderId: `o-${i}` }))
    const position = await shop.append(...all)
    const definition = projection({ name: 'failing', schema: 'create table t (x)', on: [on(OrderPaid, boom)] })
    const runner = await run(definition)
    await runner.waitFor(position, 5000)
    const read = (await shop.log.admin.endOffsets(Shop.topic)).map((offset, shard) => runner.waitFor({ shard, offsets: { [Shop.topic]: offset } }, 5000))
    await Promise.all(read)
    expect(runner.problem?.details.failures).toBe(1100)
    expect(runner.problem?.details.reason).toMatch(/@0\)$/)
    expect(runner.reader().status().failures).toHaveLength(1000)
  })

  it('does not keep the app from stopping at once', async () => {
    const errors: OttlaError[] = []
    const runner = await run(failing(boom), { failed: error => errors.push(error), clock: systemClock })
    await runner.waitFor(await shop.append(events[1] as InstanceType<typeof OrderPlaced>), 5000)
    await runner.stop()
    expect(errors).toEqual([])
  })
})
