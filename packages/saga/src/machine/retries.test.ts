import { describe, expect, it } from 'vitest'
import { findSaga } from '../definition/saga-decorators.js'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { FulfilOrder, OrderPlaced, orderPlaced, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'
import { sagaReason } from './saga-state.js'

const codec = await codecFor([OrderPlaced], shopCommands)
const started = (products = ['p1']) => new SagaRun(findSaga(FulfilOrder) as SagaDefinition, codec, shopCommands).start(orderPlaced(products))

const reserve = 'fulfil-order/o1/reserve/0'
const charge = 'fulfil-order/o1/charge/0'
const ship = 'fulfil-order/o1/ship/0'
const confirm = 'fulfil-order/o1/completed/0'

describe('Retries and timeouts', () => {
  it('sends a failed command again under a new id after 1 s, 2 s and 4 s', () => {
    const run = started()
    const begin = run.now
    run.takeSent()
    const sent: [number, string[]][] = []
    for (const id of [reserve, `${reserve}#2`, `${reserve}#3`]) {
      run.reply(id, 'failed', 'HANDLER_FAILED')
      expect(run.takeSent()).toEqual([])
      sent.push([run.toDeadline().now - begin, run.takeSent()])
    }
    expect(sent).toEqual([
      [1_000, [`${reserve}#2`]],
      [3_000, [`${reserve}#3`]],
      [7_000, [`${reserve}#4`]],
    ])
  })

  it('compensates a command that failed in every attempt as if it had been made', () => {
    const run = started().accept(reserve).reply(charge, 'failed', 'HANDLER_FAILED', 'broken').toDeadline()
    run.takeSent()
    expect(run.reply(`${charge}#2`, 'failed', 'HANDLER_FAILED', 'broken').takeSent()).toEqual([`${charge}/compensate`])
    expect(sagaReason(run.state)).toEqual({ code: 'HANDLER_FAILED', details: 'broken' })
    expect(run.story).toContain('StepEnded charge failed')
  })

  it('sends a timed out command again under the same id', () => {
    const run = started().accept(reserve)
    run.takeSent()
    const begin = run.now
    run.toDeadline()
    expect([run.now - begin, run.takeSent()]).toEqual([10_000, []])
    run.toDeadline()
    expect([run.now - begin, run.takeSent()]).toEqual([11_000, [charge]])
    expect(run.story.slice(-2)).toEqual(['StepTimedOut charge to be retried', 'StepRetried charge'])
  })

  it('compensates a command that timed out in every attempt as if it had been made', () => {
    const run = started().accept(reserve).toDeadline().toDeadline()
    run.takeSent()
    expect(run.toDeadline().takeSent()).toEqual([`${charge}/compensate`])
    expect(sagaReason(run.state)?.code).toBe('SAGA_STEP_TIMED_OUT')
    expect(run.story.slice(-3)).toEqual(['StepTimedOut charge', 'StepEnded charge timed_out', 'StepStarted charge'])
  })

  it('takes the late answer to an attempt that timed out while it waits to be sent again', () => {
    const run = started().accept(reserve).toDeadline()
    run.takeSent()
    expect(run.reply(charge, 'accepted').takeSent()).toEqual([ship])
  })

  it('takes the late answer to a command that was given up while its step is still under way', () => {
    const second = 'fulfil-order/o1/reserve/1'
    const run = started(['p1', 'p2']).reply(reserve, 'failed', 'HANDLER_FAILED')
    const isGivenUp = () => run.state.progress.round?.commands.some(({ outcome, due }) => outcome === 'timed_out' && due === undefined)
    while (!isGivenUp()) run.toDeadline()
    expect(run.status).toBe('running')
    run.takeSent()
    run.reply(`${reserve}#2`, 'failed', 'HANDLER_FAILED').reply(`${reserve}#2`, 'rejected', 'no-stock').reply(second, 'accepted')
    expect(run.takeSent()).toEqual([`${second}/compensate`])
    expect(sagaReason(run.state)?.code).toBe('no-stock')
  })

  it('ignores answers that change nothing: given twice, of an attempt that is over, of an unknown command', () => {
    const run = started(['p1', 'p2']).reply(reserve, 'accepted')
    const story = run.story
    run.reply(reserve, 'accepted').reply(reserve, 'rejected', 'no').reply('fulfil-order/o1/charge/0', 'accepted').reply('x', 'failed')
    expect(run.story).toEqual(story)
    const failed = run.reply('fulfil-order/o1/reserve/1', 'failed', 'E').story
    run.reply('fulfil-order/o1/reserve/1', 'failed', 'E')
    expect(run.story).toEqual(failed)
    const retried = run.toDeadline().story
    run.reply('fulfil-order/o1/reserve/1', 'accepted')
    expect(run.story).toEqual(retried)
  })

  it('ignores a deadline that has not come yet', () => {
    const run = started()
    const { story } = run
    run.now = (run.deadline as number) - 1
    run.fire()
    expect(run.story).toEqual(story)
  })

  it('fires a deadline once', () => {
    const run = started().toDeadline()
    const { story } = run
    run.fire()
    expect(run.story).toEqual(story)
  })

  it('has no deadline where no timeout is declared, nor when it is done', () => {
    const run = started().accept(reserve, charge)
    expect(run.deadline).toBeUndefined()
    run.accept(ship, confirm)
    expect([run.status, run.deadline]).toEqual(['completed', undefined])
  })

  it('retries a compensating command five times, with the timeout of its step, and parks the saga then', () => {
    const run = started().accept(reserve).reply(charge, 'rejected', 'card-declined')
    const undo = `${reserve}/compensate`
    expect((run.deadline as number) - run.now).toBe(30_000)
    run.takeSent()
    const sent: string[] = []
    for (let attempt = 1; attempt <= 5; attempt++) {
      run.reply(attempt === 1 ? undo : `${undo}#${attempt}`, 'failed', 'HANDLER_FAILED').toDeadline()
      sent.push(...run.takeSent())
    }
    expect(sent).toEqual([2, 3, 4, 5, 6].map(attempt => `${undo}#${attempt}`))
    run.reply(`${undo}#6`, 'failed', 'HANDLER_FAILED', 'still broken')
    expect([run.status, sagaReason(run.state)]).toEqual(['parked', { code: 'HANDLER_FAILED', details: 'still broken' }])
  })
})
