import { describe, expect, test } from 'vitest'
import type { Clock } from '../clock.js'
import { t } from '../messages/field-type.js'
import { type MessageDefinition, messageDefinition } from '../messages/message-definition.js'
import { command, event } from '../messages/plain-messages.js'
import { CommandBus, type CommandEnvelope, keyOf, type Middleware, type SendOptions } from './command-bus.js'
import type { Receipt } from './receipt.js'

const PlaceOrder = command('shop.PlaceOrder', 'orderId', { orderId: t.string, total: t.decimal(10, 2), note: t.optional(t.string) })
const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string })
const placeOrder = () => new PlaceOrder({ orderId: 'o-1', total: '9.50' })

const clock: Clock = { now: () => 1000, after: () => () => undefined, nextTurn: () => undefined }

/** A bus whose owner accepts everything, and what reached it. */
function bus(middleware: readonly Middleware[] = []) {
  const dispatched: CommandEnvelope[] = []
  let made = 0
  const dispatch = async (envelope: CommandEnvelope): Promise<Receipt> => {
    dispatched.push(envelope)
    return {
      outcome: 'accepted',
      events: [],
      commandId: envelope.id,
      aggregate: 'order',
      key: envelope.key,
      version: 1,
      position: { shard: 0, offsets: {} },
      duplicate: false,
    }
  }
  return { bus: new CommandBus(dispatch, middleware, clock, { next: () => `id-${++made}` }), dispatched }
}

describe('a command', () => {
  test('gets an id, a correlation, a key and a deadline', async () => {
    const { bus: sending, dispatched } = bus()
    const receipt = await sending.send(placeOrder())
    expect(receipt).toMatchObject({ outcome: 'accepted', commandId: 'id-1', key: 'o-1' })
    expect(dispatched).toEqual([
      {
        id: 'id-1',
        isNew: true,
        command: { orderId: 'o-1', total: '9.5', note: undefined },
        definition: messageDefinition(PlaceOrder),
        key: 'o-1',
        correlationId: 'id-1',
        causationId: undefined,
        deadline: 31_000,
        timeout: 30_000,
      },
    ])
  })

  test('keeps what its sender wants', async () => {
    const { bus: sending, dispatched } = bus()
    await sending.send(placeOrder(), { id: 'mine', timeout: 50, correlationId: 'request' })
    expect(dispatched).toMatchObject([{ id: 'mine', timeout: 50, deadline: 1050, correlationId: 'request' }])
  })

  test('travels in its normal form as an instance of its class, and the sender may change the given one afterwards', async () => {
    const { bus: sending, dispatched } = bus()
    const given = placeOrder()
    await sending.send(given)
    given.orderId = 'changed'
    const { command } = dispatched[0] as CommandEnvelope
    expect(command).toBeInstanceOf(PlaceOrder)
    expect(command).toMatchObject({ orderId: 'o-1', total: '9.5' })
  })

  test.each<[string, object, RegExp]>([
    ['a field is missing', new PlaceOrder({ orderId: 'o' } as never), /^MESSAGE_INVALID: shop.PlaceOrder .* total is missing/],
    ['a field has another type', new PlaceOrder({ orderId: 'o', total: 5 } as never), /^MESSAGE_INVALID: .* total is number 5/],
    ['a field is unknown', new PlaceOrder({ orderId: 'o', total: '5', colour: 'red' } as never), /^MESSAGE_INVALID: .* colour is no field of shop.PlaceOrder/],
    ['it is an event', new OrderPlaced({ orderId: 'o' }), /^COMMAND_UNKNOWN: No aggregate of this app handles shop.OrderPlaced/],
    ['it is no message', { orderId: 'o' }, /^MODEL_INVALID: Object: is no message class/],
    ['it is nothing', undefined as never, /^MODEL_INVALID: undefined: is no message class/],
  ])('is refused before anything else when %s', async (_, message, problem) => {
    const seen: CommandEnvelope[] = []
    const { bus: sending, dispatched } = bus([(envelope, next) => next(seen[seen.push(envelope) - 1] as CommandEnvelope)])
    await expect(sending.send(message)).rejects.toThrow(problem)
    expect([dispatched, seen]).toEqual([[], []])
  })
})

describe('an id', () => {
  test.each<[string, string, SendOptions, string]>([
    ['of the aggregate that is empty', '', {}, 'orderId is empty'],
    ['of the aggregate that is too long', 'x'.repeat(1001), {}, 'orderId is too long'],
    ['of the command that is empty', 'o', { id: '' }, 'the id of the command is empty'],
    ['of the command that is no text', 'o', { id: 7 as never }, 'the id of the command is too long or no well-formed string'],
    ['of the correlation that is half a character', 'o', { correlationId: '\ud83d' }, 'the correlation id is too long or no well-formed string'],
  ])('%s is refused', async (_, orderId, options, problem) => {
    const { bus: sending, dispatched } = bus()
    await expect(sending.send(new PlaceOrder({ orderId, total: '1' }), options)).rejects.toThrow(
      `MESSAGE_INVALID: shop.PlaceOrder does not fit its definition: ${problem}`,
    )
    expect(dispatched).toEqual([])
  })

  test('of 1,000 characters is none too long', async () => {
    const id = 'é'.repeat(1000)
    expect(await bus().bus.send(new PlaceOrder({ orderId: id, total: '1' }), { id })).toMatchObject({ key: id, commandId: id })
  })
})

describe('middleware', () => {
  const noting =
    (notes: string[], name: string): Middleware =>
    async (envelope, next) => {
      notes.push(`${name} before`)
      const receipt = await next(envelope)
      notes.push(`${name} after ${receipt.outcome}`)
      return receipt
    }

  test('runs around every send, the first outermost', async () => {
    const notes: string[] = []
    const { bus: sending } = bus([noting(notes, 'first'), noting(notes, 'second')])
    await sending.send(placeOrder())
    expect(notes).toEqual(['first before', 'second before', 'second after accepted', 'first after accepted'])
  })

  test('may refuse, and then nothing goes further', async () => {
    const notes: string[] = []
    const refusing: Middleware = async () => {
      throw new Error('not allowed')
    }
    const { bus: sending, dispatched } = bus([refusing, noting(notes, 'later')])
    await expect(sending.send(placeOrder())).rejects.toThrow('not allowed')
    expect([notes, dispatched]).toEqual([[], []])
  })

  test('may change the envelope, and answer by itself', async () => {
    const { bus: sending, dispatched } = bus([(envelope, next) => next({ ...envelope, correlationId: 'added' })])
    await sending.send(placeOrder())
    expect(dispatched).toMatchObject([{ correlationId: 'added' }])
    const receipt = { outcome: 'rejected' } as Receipt
    expect(await bus([async () => receipt]).bus.send(placeOrder())).toBe(receipt)
  })
})

describe('the key', () => {
  const keyWith = (type: Parameters<typeof t.optional>[0], id: unknown) =>
    keyOf(messageDefinition(command('shop.A', 'id', { id: type as typeof t.string })) as MessageDefinition, { id })

  test('is the id as text, and any text will do', () => {
    for (const id of ['o-1', 'tenant:order', '', 'é😀']) expect(keyWith(t.string, id)).toBe(id)
    expect(keyWith(t.int, 42)).toBe('42')
    expect(keyWith(t.long, 2n ** 60n)).toBe('1152921504606846976')
  })

  test('of one UUID is one key however it is written', async () => {
    const ById = command('shop.ById', 'id', { id: t.uuid })
    const { bus: sending, dispatched } = bus()
    await sending.send(new ById({ id: '0189D2D5-7F6A-7C31-8A5E-0123456789AB' }))
    await sending.send(new ById({ id: '0189d2d5-7f6a-7c31-8a5e-0123456789ab' }))
    expect(new Set(dispatched.map(({ key }) => key))).toEqual(new Set(['0189d2d5-7f6a-7c31-8a5e-0123456789ab']))
  })
})
