import { StepEnded } from '../events/saga-events.js'
import { sagaErrors } from '../saga-errors.js'
import { end, goOn } from './go-on.js'
import { isOpen, isSound, type Reason, type Round, type SentCommand } from './progress.js'
import type { Turn } from './turn.js'

/** Ends what is under way once every command of it has its outcome, and goes on from there. */
export function settle(turn: Turn): void {
  const { round } = turn.progress
  if (!round || !isSound(turn.progress) || round.commands.some(isOpen)) return
  const { seq, step, purpose } = round
  const failed = failureOf(round)
  const outcome = failed ? failed.outcome : purpose === 'compensation' ? 'compensated' : 'completed'
  const reason = failed && reasonOf(failed)
  turn.record(new StepEnded({ ...turn.name, seq, step, purpose, outcome, ...reason }))
  // A step that failed is compensated; a compensation or a last command that failed has nothing behind it that could.
  if (reason && purpose !== 'step') turn.park(reason)
  else if (purpose === 'end') end(turn)
  else goOn(turn)
}

interface Failed {
  readonly outcome: 'rejected' | 'failed' | 'timed_out'
  readonly command: SentCommand
}

/** The failure that counts: a rejection before all others, and the first in the order of the commands, whichever came first in time. */
function failureOf({ commands }: Round): Failed | undefined {
  let first: Failed | undefined
  for (const command of commands) {
    const { outcome } = command
    if (outcome === 'rejected') return { outcome, command }
    if (outcome === 'failed' || outcome === 'timed_out') first ??= { outcome, command }
  }
  return first
}

function reasonOf({ outcome, command }: Failed): Reason {
  if (outcome !== 'timed_out') return command.reason ?? { code: outcome }
  const { code, message } = sagaErrors.create('SAGA_STEP_TIMED_OUT', { command: command.id, attempts: command.attempt })
  return { code, details: message }
}
