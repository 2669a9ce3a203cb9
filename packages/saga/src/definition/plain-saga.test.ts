import { describe, expect, it } from 'vitest'
import { Cancel, Charge, Confirm, type Line, OrderPlaced, orderPlaced, Refund, ReleaseStock, ReserveStock, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'
import { saga, startsOn, step } from './plain-saga.js'

interface Fulfilment {
  orderId: string
  lines: readonly Line[]
  reserved: Set<string>
}

const fulfilOrder = saga({
  name: 'plain',
  initialState: (): Fulfilment => ({ orderId: '', lines: [], reserved: new Set() }),
  startsOn: [
    startsOn(OrderPlaced, (state: Fulfilment, event) => {
      state.orderId = event.orderId
      state.lines = event.lines
    }),
  ],
  steps: [
    step('reserve', {
      send: (state: Fulfilment) => state.lines.map(({ productId, quantity }) => new ReserveStock({ productId, orderId: state.orderId, quantity })),
      compensate: (_state, { productId, orderId }) => new ReleaseStock({ productId, orderId }),
      compensation: { retry: 1 },
      onReply: (state, { outcome, command }) => {
        if (outcome === 'accepted') state.reserved.add(command.productId)
      },
    }),
    step('charge', {
      timeout: '10s',
      send: (state: Fulfilment) => new Charge({ orderId: state.orderId, amount: '1' }),
      compensate: state => new Refund({ orderId: state.orderId }),
    }),
  ],
  completed: state => new Confirm({ orderId: state.orderId }),
  compensated: (state, { code, details }) => new Cancel({ orderId: state.orderId, reason: `${code}: ${details.limit}` }),
})

const codec = await codecFor([OrderPlaced], shopCommands)

describe('A plain saga', () => {
  it('completes as a decorated one does', () => {
    const run = new SagaRun(fulfilOrder, codec, shopCommands).start(orderPlaced())
    expect(run.takeSent()).toEqual(['plain/o1/reserve/0', 'plain/o1/reserve/1'])
    run.accept('plain/o1/reserve/0', 'plain/o1/reserve/1').accept()
    expect([run.status, run.state.data]).toEqual(['completed', expect.objectContaining({ reserved: new Set(['p1', 'p2']) })])
  })

  it('compensates as a decorated one does, and gives the reason with its details', () => {
    const run = new SagaRun(fulfilOrder, codec, shopCommands).start(orderPlaced(['p1'])).accept('plain/o1/reserve/0')
    run.takeSent()
    expect(run.reply('plain/o1/charge/0', 'rejected', 'card-declined', '{"limit":5}').takeSent()).toEqual(['plain/o1/reserve/0/compensate'])
    run.reply('plain/o1/reserve/0/compensate', 'accepted')
    expect(run.sent.map(({ message }) => message)).toEqual([new Cancel({ orderId: 'o1', reason: 'card-declined: 5' })])
  })

  it('cannot change its Map or Set in a step', () => {
    const sneaky = saga({
      ...fulfilOrder,
      startsOn: fulfilOrder.triggers,
      steps: [step('reserve', { send: (state: Fulfilment) => void state.reserved.add('p9') })],
      completed: undefined,
      compensated: undefined,
    })
    const run = new SagaRun(sneaky, codec, shopCommands).start(orderPlaced())
    expect(run.events.at(-1)).toMatchObject({ code: 'SAGA_METHOD_CHANGED_STATE' })
  })

  it('without last commands ends with its last step', () => {
    const short = saga({ ...fulfilOrder, startsOn: fulfilOrder.triggers, completed: undefined, compensated: undefined })
    const completed = new SagaRun(short, codec, shopCommands).start(orderPlaced(['p1'])).accept('plain/o1/reserve/0', 'plain/o1/charge/0')
    expect(completed.story.slice(-2)).toEqual(['StepEnded charge completed', 'SagaCompleted'])
    const compensated = new SagaRun(short, codec, shopCommands).start(orderPlaced(['p1'])).reply('plain/o1/reserve/0', 'rejected', 'no-stock')
    expect(compensated.story.slice(-2)).toEqual(['StepEnded reserve rejected', 'SagaCompensated'])
  })

  it('that is wrong is refused with its name, the step and the cure', () => {
    const wrong = { ...fulfilOrder, startsOn: fulfilOrder.triggers, completed: undefined, compensated: undefined }
    const twice = [step('reserve', { send: () => undefined }), step('reserve', { send: () => undefined })]
    expect(() => saga({ ...wrong, steps: twice })).toThrow('plain: step reserve: is a second step with the name reserve')
    expect(() => saga({ ...wrong, steps: [step('a/b', { send: () => undefined })] })).toThrow("is a step with the name 'a/b', which is none")
  })
})
