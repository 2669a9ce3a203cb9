import { describe, expect, it } from 'vitest'
import { findSaga } from '../definition/saga-decorators.js'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { SagaStarted, StepStarted } from '../events/saga-events.js'
import { FulfilOrder, OrderPlaced, orderPlaced, ReserveStock, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'

const codec = await codecFor([OrderPlaced], shopCommands)
const order = () => new SagaRun(findSaga(FulfilOrder) as SagaDefinition, codec, shopCommands)

describe('The steps of a saga', () => {
  it('sends the commands of the first step in parallel when it starts', () => {
    const run = order().start(orderPlaced())
    expect(run.story).toEqual(['SagaStarted', 'StepStarted reserve'])
    expect(run.sent.map(({ message }) => message)).toEqual(['p1', 'p2'].map(productId => new ReserveStock({ productId, orderId: 'o1', quantity: 1 })))
    expect(run.status).toBe('running')
  })

  it('goes on once every command of the step is accepted, in any order', () => {
    const run = order().start(orderPlaced())
    const [first, second] = run.takeSent() as [string, string]
    expect(run.accept(second).takeSent()).toEqual([])
    expect(run.accept(first).takeSent()).toEqual(['fulfil-order/o1/charge/0'])
  })

  it('ends completed after the last command is accepted', () => {
    const run = order().start(orderPlaced(['p1']))
    run.accept()
    expect(run.story).toEqual([
      'SagaStarted',
      ...['reserve', 'charge', 'ship', 'completed'].flatMap(step => [`StepStarted ${step}`, `StepAnswered ${step} accepted`, `StepEnded ${step} completed`]),
      'SagaCompleted',
    ])
    expect(run.status).toBe('completed')
  })

  it('numbers what it does one after another', () => {
    const run = order().start(orderPlaced()).accept()
    const started = run.events.filter(event => event instanceof StepStarted)
    expect(started.map(({ seq, step, purpose }) => [seq, step, purpose])).toEqual([
      [1, 'reserve', 'step'],
      [2, 'charge', 'step'],
      [3, 'ship', 'step'],
      [4, 'completed', 'end'],
    ])
  })

  it('records a step that sends nothing as skipped, and goes on at once', () => {
    const run = order()
      .start(orderPlaced(['p1'], '0.00'))
      .accept('fulfil-order/o1/reserve/0')
    expect(run.story.slice(-3)).toEqual(['StepEnded reserve completed', 'StepEnded charge skipped', 'StepStarted ship'])
    expect((run.events.at(-2) as StepStarted).seq).toBe(2)
    expect((run.events.at(-1) as StepStarted).seq).toBe(3)
  })

  it('skips a step that returns an empty array', () => {
    const run = order().start(orderPlaced([]))
    expect(run.story).toEqual(['SagaStarted', 'StepEnded reserve skipped', 'StepStarted charge'])
  })

  it('keeps the starting event and the commands as they were encoded', () => {
    const placed = orderPlaced()
    const [started, step] = order().start(placed).events as [SagaStarted, StepStarted]
    expect(started).toMatchObject({ saga: 'fulfil-order', sagaId: 'o1', eventType: 'shop.OrderPlaced' })
    expect(codec.decodePlain(started.event).fields).toMatchObject({ orderId: 'o1', total: '19.9' })
    expect(step.commands.map(({ id, type, key }) => [id, type, key])).toEqual([
      ['fulfil-order/o1/reserve/0', 'shop.ReserveStock', 'p1'],
      ['fulfil-order/o1/reserve/1', 'shop.ReserveStock', 'p2'],
    ])
    expect(codec.decodePlain((step.commands[1] as { bytes: Uint8Array }).bytes)).toMatchObject({ type: 'shop.ReserveStock', fields: { productId: 'p2' } })
  })

  it('gives an @OnReply method every answer with its command, before the next step is made', () => {
    const run = order().start(orderPlaced())
    run.accept(...run.takeSent())
    expect(run.state.data).toMatchObject({ reserved: ['p1', 'p2'] })
  })

  it('ignores an event that would start it again', () => {
    const run = order().start(orderPlaced())
    const before = run.story
    run.start(orderPlaced(['p3']))
    expect(run.story).toEqual(before)
    run.accept().start(orderPlaced())
    expect(run.status).toBe('completed')
  })

  it('drops the commands from its state when it is done', () => {
    const run = order().start(orderPlaced()).accept()
    expect(run.state.progress).toEqual({ status: 'completed', seq: 4, made: [] })
  })
})
