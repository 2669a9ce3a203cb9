import { reject } from '@ottla/core'
import { endNames } from '../definition/check-saga.js'
import { SagaCompensated, SagaCompleted, StepEnded } from '../events/saga-events.js'
import { sagaErrors } from '../saga-errors.js'
import { commandIds } from './command-ids.js'
import type { MadeStep, Reason } from './progress.js'
import { detailsOf } from './reason-details.js'
import type { NewCommand, Turn } from './turn.js'

/** What a saga does next when nothing of it is under way. Throws where it has to be parked. */
export function goOn(turn: Turn): void {
  if (turn.progress.status === 'running') makeNextStep(turn)
  else compensateLatestStep(turn)
}

/** The end that was reached: without a last command, or when it was accepted. */
export function end(turn: Turn): void {
  const { status, reason } = turn.progress
  if (status === 'running') turn.record(new SagaCompleted(turn.name))
  else turn.record(new SagaCompensated({ ...turn.name, ...(reason as Reason) }))
}

function makeNextStep(turn: Turn): void {
  const { saga, sagaId } = turn
  for (const { name, member, send } of stepsAhead(turn)) {
    const commands = turn.ask(member, send, index => commandIds.first(saga.name, sagaId, name, index))
    if (commands.length > 0) return turn.start('step', name, commands)
    turn.record(new StepEnded({ ...turn.name, seq: turn.progress.seq + 1, step: name, purpose: 'step', outcome: 'skipped' }))
  }
  sendLastCommands(turn)
}

/** The steps after the one that ended last: by name, so that a step which is added to the code does not move the others. */
function stepsAhead({ saga, sagaId, progress }: Turn) {
  const { last } = progress
  if (last === undefined) return saga.steps
  const index = saga.steps.findIndex(({ name }) => name === last)
  if (index === -1) throw sagaErrors.create('SAGA_STEP_UNKNOWN', { saga: saga.name, id: sagaId, step: last })
  return saga.steps.slice(index + 1)
}

/** Latest first; the step before it has to wait until all of it is compensated. A step that needs no command for that is passed. */
function compensateLatestStep(turn: Turn): void {
  for (const made of turn.progress.made.toReversed()) {
    const commands = compensationsOf(turn, made)
    if (commands.length > 0) return turn.start('compensation', made.step, commands)
  }
  sendLastCommands(turn)
}

function compensationsOf(turn: Turn, made: MadeStep): readonly NewCommand[] {
  const { saga, sagaId, messages } = turn
  const step = saga.steps.find(({ name }) => name === made.step)
  if (!step) throw sagaErrors.create('SAGA_STEP_UNKNOWN', { saga: saga.name, id: sagaId, step: made.step })
  const { compensation } = step
  if (!compensation) return []
  return made.commands.flatMap(({ id, type, bytes }) => {
    const { message } = messages.command(type, bytes)
    return turn.ask(
      compensation.member,
      state => compensation.compensate(state, message),
      index => commandIds.compensation(id, index),
    )
  })
}

function sendLastCommands(turn: Turn): void {
  const { saga, sagaId, progress } = turn
  const completed = progress.status === 'running'
  const name = completed ? endNames.completed : endNames.compensated
  const last = completed ? saga.completed : saga.compensated
  const reason = progress.reason && reject(progress.reason.code, detailsOf(progress.reason.details))
  const commands = last
    ? turn.ask(
        last.member,
        state => last.send(state, reason),
        index => commandIds.first(saga.name, sagaId, name, index),
      )
    : []
  if (commands.length > 0) turn.start('end', name, commands)
  else end(turn)
}
