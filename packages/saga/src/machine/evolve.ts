import { copyState } from '@ottla/core'
import type { SagaDefinition, SagaReply } from '../definition/saga-definition.js'
import { type AnySagaEvent, SagaStarted, StepAnswered } from '../events/saga-events.js'
import { fold } from './fold.js'
import type { Progress } from './progress.js'
import { detailsOf } from './reason-details.js'
import { reasonOf } from './reason-of.js'
import type { SagaState } from './saga-state.js'
import type { StoredMessages } from './stored-messages.js'
import { callUser, isSchemaUnknown } from './user-method.js'

/**
 * The state after the event. A method of the user's that throws leaves the user's part as it was, and the progress says what
 * happened, so that the saga can be parked with the reason: with code that is mended the same events give the right state.
 *
 * Throws SCHEMA_UNKNOWN only (learn the schema and ask again).
 */
export function evolve(saga: SagaDefinition, messages: StoredMessages, state: SagaState, event: AnySagaEvent): SagaState {
  const progress = fold(state.progress, event)
  const change = changeOf(saga, messages, state.progress, event)
  if (!change) return { data: state.data, progress }
  if (progress.broken) return { data: state.data, progress: { ...progress, broken: { ...progress.broken, missed: [...progress.broken.missed, event] } } }
  try {
    const data = copyState(state.data)
    change(data)
    return { data, progress }
  } catch (error) {
    if (isSchemaUnknown(error)) throw error
    return { data: state.data, progress: { ...progress, broken: { ...reasonOf(error), missed: [event] } } }
  }
}

/** Which method of the user's wants to see the event, ready to be called. */
function changeOf(saga: SagaDefinition, messages: StoredMessages, before: Progress, event: AnySagaEvent): ((data: object) => void) | undefined {
  if (event instanceof SagaStarted) {
    return data => {
      const started = messages.trigger(event.eventType, event.event)
      if (started) callUser(started.trigger.member, () => started.trigger.start(data, started.event))
    }
  }
  if (!(event instanceof StepAnswered) || event.purpose !== 'step' || event.retryAt) return undefined
  const onReply = saga.steps.find(({ name }) => name === event.step)?.onReply
  const command = onReply && before.round?.commands.find(({ id }) => id === event.commandId)
  return command && (data => callUser(onReply.member, () => onReply.apply(data, replyOf(event, messages.command(command.type, command.bytes).message))))
}

function replyOf({ outcome, code, details }: StepAnswered, command: object): SagaReply {
  return { outcome, code, details: detailsOf(details), command }
}
