import {
  type AnySagaEvent,
  SagaCompensated,
  SagaCompleted,
  SagaParked,
  SagaStarted,
  StepAnswered,
  StepEnded,
  StepRetried,
  StepStarted,
  StepTimedOut,
} from '../events/saga-events.js'
import type { Progress, Reason, Round, SentCommand } from './progress.js'

/**
 * The progress after the event. It depends on the event and on nothing else, no code of the user's either, so that a saga
 * stands where it stood after any restart and any deployment.
 */
export function fold(progress: Progress, event: AnySagaEvent): Progress {
  if (event instanceof StepAnswered) return withCommand(progress, event.commandId, answered(event))
  if (event instanceof StepStarted) return started(progress, event)
  if (event instanceof StepEnded) return ended(progress, event)
  if (event instanceof StepTimedOut)
    return withCommand(progress, event.commandId, command => ({ ...attemptOf(command), outcome: 'timed_out', ...dueAt(event.retryAt) }))
  if (event instanceof StepRetried) return withCommand(progress, event.previousId, retried(event))
  if (event instanceof SagaStarted) return { ...progress, status: 'running' }
  if (event instanceof SagaCompleted) return { status: 'completed', seq: progress.seq, made: [] }
  if (event instanceof SagaCompensated) return { status: 'compensated', seq: progress.seq, made: [], reason: reasonOf(event) }
  if (event instanceof SagaParked) return { ...progress, status: 'parked', parked: reasonOf(event) }
  return progress
}

function started(progress: Progress, { seq, step, purpose, commands, deadline }: StepStarted): Progress {
  const due = dueAt(deadline)
  const sent = commands.map(({ id, type, bytes }): SentCommand => ({ id, type, bytes, attempt: 1, outcome: 'waiting', ...due }))
  return { ...progress, seq, round: { seq, step, purpose, commands: sent } }
}

function answered({ outcome, code, details, retryAt }: StepAnswered) {
  const reason = code === undefined ? {} : { reason: withDetails(code, details) }
  return (command: SentCommand): SentCommand => ({ ...attemptOf(command), outcome, ...reason, ...dueAt(retryAt) })
}

function retried({ commandId, attempt, deadline }: StepRetried) {
  return ({ type, bytes }: SentCommand): SentCommand => ({ id: commandId, type, bytes, attempt, outcome: 'waiting', ...dueAt(deadline) })
}

function ended(progress: Progress, { seq, step, purpose, outcome, code, details }: StepEnded): Progress {
  const { round, ...rest } = progress
  switch (outcome) {
    case 'skipped':
      return { ...rest, seq, last: step }
    case 'completed':
      return purpose === 'end' ? rest : { ...rest, last: step, made: madeWith(progress, round) }
    case 'compensated':
      return { ...rest, made: madeBefore(progress, step) }
    default: {
      // A compensation or a last command that did not succeed parks the saga, which keeps the outcomes to look at.
      if (purpose !== 'step') return progress
      const reason = withDetails(code ?? outcome, details)
      return { ...rest, status: 'compensating', last: step, made: madeWith(progress, round), reason }
    }
  }
}

function madeWith({ made }: Progress, round: Round | undefined): Progress['made'] {
  const commands = round?.commands.filter(({ outcome }) => outcome !== 'rejected') ?? []
  return round && commands.length > 0 ? [...made, { step: round.step, commands: commands.map(({ id, type, bytes }) => ({ id, type, bytes })) }] : made
}

/** Latest first: whatever follows the compensated step needed no command to be undone. */
function madeBefore({ made }: Progress, step: string): Progress['made'] {
  const index = made.findIndex(each => each.step === step)
  return index === -1 ? made : made.slice(0, index)
}

function withCommand(progress: Progress, id: string, change: (command: SentCommand) => SentCommand): Progress {
  const { round } = progress
  const index = round ? round.commands.findIndex(command => command.id === id) : -1
  if (!round || index === -1) return progress
  const commands = round.commands.slice()
  commands[index] = change(commands[index] as SentCommand)
  return { ...progress, round: { ...round, commands } }
}

/** What stays the same when the outcome of an attempt changes. */
function attemptOf({ id, type, bytes, attempt }: SentCommand) {
  return { id, type, bytes, attempt }
}

// An absent value leaves no field behind: the state is stored often, and should be small.
function dueAt(time: Date | undefined): { due?: number } {
  return time ? { due: time.getTime() } : {}
}

function reasonOf({ code, details }: SagaCompensated | SagaParked): Reason {
  return withDetails(code, details)
}

function withDetails(code: string, details: string | undefined): Reason {
  return details === undefined ? { code } : { code, details }
}
