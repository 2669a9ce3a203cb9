import { type Rejection, reject } from '@ottla/core'
import { describe, expect, it } from 'vitest'
import { Compensate, Compensated, Completed, findSaga, OnReply, Saga, StartsOn, Step } from '../definition/saga-decorators.js'
import type { SagaDefinition, Sends } from '../definition/saga-definition.js'
import type { SagaParked } from '../events/saga-events.js'
import { Cancel, Charge, Confirm, FulfilOrder, OrderPlaced, orderPlaced, Refund, Ship, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'
import { sagaReason } from './saga-state.js'

const codec = await codecFor([OrderPlaced], shopCommands)

/** A saga of one step and one after it; each test breaks one method. */
class Base {
  orderId = ''
  seen = 0
  @StartsOn(OrderPlaced) start({ orderId }: OrderPlaced) {
    this.orderId = orderId
  }
  @Step() charge(): Sends {
    return new Charge({ orderId: this.orderId, amount: '1' })
  }
  @Compensate('charge') refund(): Sends {
    return new Refund({ orderId: this.orderId })
  }
  @OnReply('charge') note(_reply: object) {
    this.seen++
  }
  @Step() ship(): Sends {
    return new Ship({ orderId: this.orderId })
  }
  @Completed() confirm(): Sends {
    return new Confirm({ orderId: this.orderId })
  }
  @Compensated() cancel(reason: Rejection): Sends {
    return new Cancel({ orderId: this.orderId, reason: reason.code })
  }
}

function brokenSaga(broken: Partial<Record<keyof Base, (this: Base, ...given: never[]) => unknown>>): SagaDefinition {
  class Broken extends Base {}
  Object.assign(Broken.prototype, broken)
  Saga('pay')(Broken)
  return findSaga(Broken) as SagaDefinition
}

const started = (broken: Parameters<typeof brokenSaga>[0] = {}) => new SagaRun(brokenSaga(broken), codec, shopCommands).start(orderPlaced())
const fail = () => {
  throw new Error('boom')
}
const charge = 'pay/o1/charge/0'
const ship = 'pay/o1/ship/0'

describe('A saga is parked with the reason', () => {
  it('when its starting method throws; the event stays', () => {
    const run = started({ start: fail })
    expect(run.story).toEqual(['SagaStarted', 'SagaParked'])
    expect(sagaReason(run.state)).toMatchObject({ code: 'SAGA_METHOD_FAILED', details: expect.stringMatching(/^SAGA_METHOD_FAILED: Broken.start threw boom/) })
    expect(run.state.progress.broken?.missed).toEqual([run.events[0]])
  })

  it('when a step method throws', () => {
    const run = started({ ship: fail }).accept(charge)
    expect(run.story.slice(-3)).toEqual(['StepAnswered charge accepted', 'StepEnded charge completed', 'SagaParked charge'])
    expect(run.events.at(-1)).toMatchObject({ seq: 1, step: 'charge', code: 'SAGA_METHOD_FAILED' } satisfies Partial<SagaParked>)
    expect(run.state.progress.made).toHaveLength(1)
  })

  it('when an @OnReply method throws; the reply is kept and the data stays as it was', () => {
    const run = started({
      note() {
        this.seen = 7
        throw new Error('boom')
      },
    }).accept(charge)
    expect(run.story.slice(-2)).toEqual(['StepAnswered charge accepted', 'SagaParked charge'])
    expect(run.state.data).toMatchObject({ seen: 0 })
    expect(run.state.progress.round?.commands[0]?.outcome).toBe('accepted')
  })

  it('when a compensating method throws', () => {
    const run = started({ refund: fail }).accept(charge).reply(ship, 'rejected', 'no-truck')
    expect(run.status).toBe('parked')
    expect(run.story.slice(-2)).toEqual(['StepEnded ship rejected', 'SagaParked ship'])
  })

  it('when the method of the last command throws', () => {
    expect(started({ confirm: fail }).accept(charge, ship).status).toBe('parked')
    expect(started({ cancel: fail }).reply(charge, 'rejected', 'no').status).toBe('parked')
  })

  it('when a method other than @StartsOn and @OnReply changes its state', () => {
    const run = started({
      ship() {
        this.seen++
      },
    }).accept(charge)
    expect(sagaReason(run.state)).toMatchObject({ code: 'SAGA_METHOD_CHANGED_STATE', details: expect.stringContaining('Broken.ship changed the state') })
  })

  it('when a method returns a promise', () => {
    expect(sagaReason(started({ charge: async () => fail() }).state)?.code).toBe('SAGA_METHOD_NOT_SYNCHRONOUS')
    expect(sagaReason(started({ start: async () => fail() }).state)?.code).toBe('SAGA_METHOD_NOT_SYNCHRONOUS')
  })

  it('when a step returns no command, or one with a value that does not fit', () => {
    expect(sagaReason(started({ charge: () => orderPlaced() }).state)).toMatchObject({
      code: 'SAGA_RETURN_INVALID',
      details: expect.stringContaining('shop.OrderPlaced'),
    })
    expect(sagaReason(started({ charge: () => [7] }).state)).toMatchObject({ code: 'SAGA_RETURN_INVALID', details: expect.stringContaining('number 7') })
    expect(sagaReason(started({ charge: () => new Charge({ orderId: 'o1', amount: 'much' }) }).state)?.code).toBe('MESSAGE_INVALID')
  })

  it('when no aggregate of the app handles what it sends', () => {
    const run = new SagaRun(brokenSaga({}), codec, [Refund]).start(orderPlaced())
    expect(sagaReason(run.state)).toMatchObject({ code: 'SAGA_RETURN_INVALID', details: expect.stringContaining('shop.Charge') })
  })

  it('when a compensating command is rejected', () => {
    const run = started().accept(charge).reply(ship, 'rejected', 'no-truck').reply(`${charge}/compensate`, 'rejected', 'too-late', '{"days":31}')
    expect(run.story.slice(-2)).toEqual(['StepEnded charge rejected', 'SagaParked charge'])
    expect(sagaReason(run.state)).toEqual({ code: 'too-late', details: '{"days":31}' })
    expect(run.state.progress.reason).toEqual({ code: 'no-truck' })
    expect(run.state.progress.made).toHaveLength(1)
  })

  it('when the last command is rejected', () => {
    const completed = started().accept(charge, ship).reply('pay/o1/completed/0', 'rejected', 'order-closed')
    expect([completed.status, sagaReason(completed.state)?.code]).toEqual(['parked', 'order-closed'])
    const compensated = started().reply(charge, 'rejected', 'no').reply('pay/o1/compensated/0', 'rejected', 'order-closed')
    expect([compensated.status, sagaReason(compensated.state)?.code]).toEqual(['parked', 'order-closed'])
  })

  it('takes what a step method throws for an error, a rejection too', () => {
    const run = started({
      ship() {
        throw reject('no-address')
      },
    }).accept(charge)
    expect(sagaReason(run.state)?.code).toBe('SAGA_METHOD_FAILED')
  })

  it('and stays there: deadlines do nothing, late replies are noted', () => {
    const run = new SagaRun(findSaga(FulfilOrder) as SagaDefinition, codec, shopCommands)
    const definition = findSaga(FulfilOrder) as SagaDefinition
    const onReply = { member: 'FulfilOrder.noteReserved', apply: fail }
    const steps = definition.steps.map(step => (step.name === 'reserve' ? { ...step, onReply } : step))
    run.deploy({ ...definition, steps }).start(orderPlaced())
    run.takeSent()
    run.reply('fulfil-order/o1/reserve/0', 'accepted')
    expect([run.status, run.deadline]).toEqual(['parked', undefined])
    run.now += 1_000_000
    run.fire().reply('fulfil-order/o1/reserve/1', 'failed', 'HANDLER_FAILED')
    expect(run.story.slice(-2)).toEqual(['SagaParked reserve', 'StepAnswered reserve failed'])
    expect(run.takeSent()).toEqual([])
    expect(run.state.progress.broken?.missed).toHaveLength(2)
  })

  it('and has the right data again when the mended code folds its events', () => {
    const run = started({ note: fail }).accept(charge)
    run.deploy(brokenSaga({}))
    expect([run.status, run.state.data]).toEqual(['parked', expect.objectContaining({ orderId: 'o1', seen: 1 })])
    expect(run.state.progress.broken).toBeUndefined()
  })
})
