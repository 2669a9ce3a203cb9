import { describe, expect, it } from 'vitest'
import { findSaga } from '../definition/saga-decorators.js'
import type { SagaDefinition, SagaStep } from '../definition/saga-definition.js'
import { Charge, FulfilOrder, OrderPlaced, orderPlaced, Refund, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'
import { sagaReason } from './saga-state.js'

const codec = await codecFor([OrderPlaced], shopCommands)
const definition = findSaga(FulfilOrder) as SagaDefinition
const started = () => new SagaRun(definition, codec, shopCommands).start(orderPlaced(['p1']))
const changed = (name: string, change: (step: SagaStep) => SagaStep | undefined): SagaDefinition => ({
  ...definition,
  steps: definition.steps.flatMap(step => (step.name === name ? (change(step) ?? []) : [step])),
})

const reserve = 'fulfil-order/o1/reserve/0'
const charge = 'fulfil-order/o1/charge/0'

describe('A saga whose code is changed while it is under way', () => {
  it('compensates the commands that were sent, not those that the new code would send', () => {
    const run = started().accept(reserve, charge)
    run.deploy(
      changed('charge', step => ({
        ...step,
        send: () => new Charge({ orderId: 'another', amount: '0' }),
        compensation: { member: 'new', compensate: (_state, command) => new Refund({ orderId: (command as Charge).orderId }) },
      })),
    )
    run.takeSent()
    run.reply('fulfil-order/o1/ship/0', 'rejected', 'no-truck')
    expect(run.sent.map(({ message }) => message)).toEqual([new Refund({ orderId: 'o1' })])
  })

  it('keeps the deadline that was set', () => {
    const run = started()
    const { deadline } = run
    run.deploy(changed('reserve', step => ({ ...step, timeout: '1h' })))
    expect(run.deadline).toBe(deadline)
  })

  it('is parked when the step that it stands at is gone, and says so', () => {
    const run = started()
      .deploy(changed('reserve', () => undefined))
      .accept(reserve)
    expect([run.status, sagaReason(run.state)?.code]).toEqual(['parked', 'SAGA_STEP_UNKNOWN'])
  })

  it('is parked at once when its events cannot be folded any more', () => {
    const run = started().deploy({
      ...definition,
      triggers: definition.triggers.map(trigger => ({
        ...trigger,
        start: () => {
          throw new Error('boom')
        },
      })),
    })
    expect([run.status, (run.deadline as number) < run.now]).toEqual(['running', true])
    run.fire()
    expect([run.status, sagaReason(run.state)?.code]).toEqual(['parked', 'SAGA_METHOD_FAILED'])
    expect(run.story.slice(-2)).toEqual(['StepStarted reserve', 'SagaParked reserve'])
  })

  it('throws nothing but SCHEMA_UNKNOWN, with the bytes to learn it from', async () => {
    const run = started().accept(reserve)
    const other = await codecFor([OrderPlaced], [])
    const unaware = new SagaRun(definition, other, shopCommands)
    unaware.state = run.state
    expect(() => unaware.reply(charge, 'rejected', 'card-declined')).toThrow(
      expect.objectContaining({ code: 'SCHEMA_UNKNOWN', details: expect.objectContaining({ bytes: expect.any(Uint8Array) }) }),
    )
  })
})
