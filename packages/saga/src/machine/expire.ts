import { StepRetried, StepTimedOut } from '../events/saga-events.js'
import { backoff, limitsOf } from './attempts.js'
import { commandIds } from './command-ids.js'
import { isSound, isUnderWay, type Progress, type Round, type SentCommand } from './progress.js'
import { settle } from './settle.js'
import type { Turn } from './turn.js'

/**
 * When the next command times out or is to be sent again, in milliseconds since 1970; undefined when nothing of that is ahead.
 * A saga whose events the code cannot fold any more is due at once: to be parked, instead of waiting for whatever comes next.
 */
export function nextDeadline(progress: Progress): number | undefined {
  if (!isUnderWay(progress)) return undefined
  if (progress.broken) return 0
  if (!progress.round) return undefined
  let next: number | undefined
  for (const { due } of progress.round.commands) if (due !== undefined && (next === undefined || due < next)) next = due
  return next
}

/** Whatever is due by now: attempts time out, and what waited for its next attempt is sent again. */
export function expire(turn: Turn): void {
  const { round } = turn.progress
  if (!round || !isSound(turn.progress)) return
  const due = round.commands.filter(command => command.due !== undefined && command.due <= turn.now)
  if (due.length === 0) return
  for (const command of due) {
    if (command.outcome === 'waiting') timeOut(turn, round, command)
    else retry(turn, round, command)
  }
  settle(turn)
}

function timeOut(turn: Turn, round: Round, { id, attempt }: SentCommand): void {
  const { seq, step, purpose } = round
  const retryAt = attempt <= limitsOf(turn.saga, round).retry ? turn.after(backoff(attempt)) : undefined
  turn.record(new StepTimedOut({ ...turn.name, seq, step, purpose, commandId: id, retryAt }))
}

/** After a timeout with the same id, since that command may still be decided; after a failure, which is an outcome, as a new command. */
function retry(turn: Turn, round: Round, command: SentCommand): void {
  const { seq, step, purpose } = round
  const attempt = command.attempt + 1
  const id = command.outcome === 'failed' ? commandIds.attempt(command.id, attempt) : command.id
  const { definition, message } = turn.messages.command(command.type, command.bytes)
  const deadline = turn.after(limitsOf(turn.saga, round).timeout)
  turn.record(new StepRetried({ ...turn.name, seq, step, purpose, commandId: id, previousId: command.id, attempt, deadline }))
  turn.send({ id, definition, message })
}
