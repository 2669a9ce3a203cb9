import type { Reply } from '@ottla/eventstore'
import { StepAnswered } from '../events/saga-events.js'
import { backoff, limitsOf } from './attempts.js'
import { isSound, type SentCommand } from './progress.js'
import { settle } from './settle.js'
import type { Turn } from './turn.js'

/**
 * The reply to a command of the saga. One that changes nothing any more is ignored: given twice, of an attempt that is over,
 * or of a step that has ended. A parked saga notes it, since it stays true, and stays where it is.
 */
export function answer(turn: Turn, { commandId, outcome, code, details }: Reply): void {
  const { round } = turn.progress
  const command = round?.commands.find(({ id }) => id === commandId)
  if (!round || !command || !countsFor(command, outcome)) return
  const { seq, step, purpose } = round
  const retries = outcome === 'failed' && isSound(turn.progress) && command.attempt <= limitsOf(turn.saga, round).retry
  const retryAt = retries ? turn.after(backoff(command.attempt)) : undefined
  turn.record(new StepAnswered({ ...turn.name, seq, step, purpose, commandId, outcome, code, details, retryAt }))
  settle(turn)
}

/** The first answer counts; after a timeout also a late one, which tells more than the timeout did. */
function countsFor({ outcome, due }: SentCommand, answered: Reply['outcome']): boolean {
  if (outcome === 'waiting') return true
  return outcome === 'timed_out' && (answered !== 'failed' || due !== undefined)
}
