import { describe, expect, it } from 'vitest'
import { findSaga } from '../definition/saga-decorators.js'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { SagaCompensated } from '../events/saga-events.js'
import { Cancel, FulfilOrder, OrderPlaced, orderPlaced, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'
import { sagaReason } from './saga-state.js'

const codec = await codecFor([OrderPlaced], shopCommands)
const started = (...products: string[]) =>
  new SagaRun(findSaga(FulfilOrder) as SagaDefinition, codec, shopCommands).start(orderPlaced(products.length > 0 ? products : ['p1', 'p2']))

const reserve = (index: number) => `fulfil-order/o1/reserve/${index}`
const charge = 'fulfil-order/o1/charge/0'
const ship = 'fulfil-order/o1/ship/0'

describe('The compensation of a saga', () => {
  it('starts only when every command of the step has its outcome', () => {
    const run = started()
    run.takeSent()
    expect(run.reply(reserve(0), 'rejected', 'no-stock').takeSent()).toEqual([])
    expect(run.status).toBe('running')
    expect(run.reply(reserve(1), 'accepted').takeSent()).toEqual([`${reserve(1)}/compensate`])
    expect(run.status).toBe('compensating')
  })

  it('sends nothing for what was rejected', () => {
    const run = started()
    run.reply(reserve(0), 'rejected', 'no-stock').reply(reserve(1), 'rejected', 'no-stock')
    expect(run.takeSent().slice(-1)).toEqual(['fulfil-order/o1/compensated/0'])
  })

  it('undoes the latest step first, and the one before it only when that is answered', () => {
    const run = started().accept(reserve(0), reserve(1), charge)
    run.takeSent()
    expect(run.reply(ship, 'rejected', 'no-truck').takeSent()).toEqual([`${charge}/compensate`])
    expect(run.accept(`${charge}/compensate`).takeSent()).toEqual([`${reserve(0)}/compensate`, `${reserve(1)}/compensate`])
    expect(run.accept(`${reserve(1)}/compensate`).takeSent()).toEqual([])
    expect(run.accept(`${reserve(0)}/compensate`).takeSent()).toEqual(['fulfil-order/o1/compensated/0'])
  })

  it('ends compensated when the last command is accepted, with the reason', () => {
    const run = started('p1').accept(reserve(0)).reply(charge, 'rejected', 'card-declined', '{"limit":"2500"}')
    expect(run.takeSent().slice(-1)).toEqual([`${reserve(0)}/compensate`])
    run.accept(`${reserve(0)}/compensate`)
    expect(run.sent.at(-1)?.message).toEqual(new Cancel({ orderId: 'o1', reason: 'card-declined' }))
    run.accept()
    expect(run.status).toBe('compensated')
    expect(run.story.slice(-6)).toEqual([
      'StepAnswered reserve accepted',
      'StepEnded reserve compensated',
      'StepStarted compensated',
      'StepAnswered compensated accepted',
      'StepEnded compensated completed',
      'SagaCompensated',
    ])
    expect(run.events.at(-1)).toEqual(new SagaCompensated({ saga: 'fulfil-order', sagaId: 'o1', code: 'card-declined', details: '{"limit":"2500"}' }))
    expect(sagaReason(run.state)).toEqual({ code: 'card-declined', details: '{"limit":"2500"}' })
  })

  it('passes a step that has nothing to compensate', () => {
    const run = started('p1').accept(reserve(0), charge, ship)
    run.takeSent()
    run.reply('fulfil-order/o1/completed/0', 'accepted')
    expect(run.status).toBe('completed')
    const free = new SagaRun(findSaga(FulfilOrder) as SagaDefinition, codec, shopCommands).start(orderPlaced(['p1'], '0')).accept(reserve(0))
    free.takeSent()
    expect(free.reply(ship, 'rejected', 'no-truck').takeSent()).toEqual([`${reserve(0)}/compensate`])
  })

  it('takes the reason of the first command in order, whichever was rejected first in time', () => {
    const run = started().reply(reserve(1), 'rejected', 'second').reply(reserve(0), 'rejected', 'first')
    expect(sagaReason(run.state)?.code).toBe('first')
  })

  it('takes a rejection as the reason before a failure', () => {
    const run = started().reply(reserve(1), 'rejected', 'no-stock')
    for (let attempt = 1; attempt <= 4; attempt++) {
      run.reply(attempt === 1 ? reserve(0) : `${reserve(0)}#${attempt}`, 'failed', 'HANDLER_FAILED')
      if (attempt < 4) run.toDeadline()
    }
    expect(run.status).toBe('compensating')
    expect(sagaReason(run.state)?.code).toBe('no-stock')
  })

  it('gets the command that is compensated as it was sent', () => {
    const run = started('p1', 'p2').reply(reserve(0), 'rejected', 'no-stock').accept(reserve(1))
    expect(run.sent.at(-1)?.message).toMatchObject({ productId: 'p2', orderId: 'o1' })
  })
})
