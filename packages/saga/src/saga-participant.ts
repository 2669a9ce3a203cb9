import { type MessageDefinition, messageDefinition, Upcasters } from '@ottla/core'
import { type AppTopics, type Codec, type Decision, type Input, type Participant, withValues } from '@ottla/eventstore'
import { checkSaga, modelInvalid } from './definition/check-saga.js'
import type { SagaDefinition, SagaTrigger } from './definition/saga-definition.js'
import { type AnySagaEvent, sagaEventClasses } from './events/saga-events.js'
import { answer } from './machine/answer.js'
import { begin } from './machine/begin.js'
import { evolve } from './machine/evolve.js'
import { expire, nextDeadline } from './machine/expire.js'
import { isUnderWay, newProgress } from './machine/progress.js'
import { reasonOf } from './machine/reason-of.js'
import type { SagaState } from './machine/saga-state.js'
import { StoredMessages } from './machine/stored-messages.js'
import { Turn } from './machine/turn.js'
import { callUser, isSchemaUnknown } from './machine/user-method.js'
import { sagaErrors } from './saga-errors.js'

/** Counted up when the shape of `Progress` changes, so that stored states of the old shape are made anew. */
const progressVersion = 1

const events = sagaEventClasses.map(event => messageDefinition(event) as MessageDefinition)

/**
 * A saga as the shard owner runs it. Whatever goes wrong in it parks it with the reason; `decide` and `evolve` throw nothing
 * but SCHEMA_UNKNOWN, whose `details.bytes` the owner has to give to `codec.learn` before it asks again.
 *
 * Throws MODEL_INVALID when the definition is wrong.
 *
 * @param commands what the app's aggregates decide: the saga may send these
 * @param upcasters how a starting event of an older class is read
 */
export function sagaParticipant(
  definition: SagaDefinition,
  codec: Codec,
  topics: Pick<AppTopics, 'commands'>,
  commands: readonly MessageDefinition[],
  upcasters = new Upcasters(),
): Participant<SagaState> {
  checkSaga(definition)
  checkInitialState(definition)
  const messages = new StoredMessages(definition, codec, topics.commands, commands, upcasters)
  const triggers = definition.triggers.map(trigger => ({ event: messageDefinition(trigger.event) as MessageDefinition, sagaId: sagaIdBy(trigger) }))
  return {
    kind: 'saga',
    name: definition.name,
    stateVersion: definition.stateVersion * 1_000 + progressVersion,
    classes: withValues([...events, ...commands, ...triggers.map(({ event }) => event)]),
    commands,
    events,
    triggers,
    initialState: () => ({ data: definition.initialState(), progress: newProgress }),
    decide: (state, input, { id, now }) => decide(new Turn(definition, messages, state, id, now), input),
    evolve: (state, { message }) => void Object.assign(state, evolve(definition, messages, state, message as AnySagaEvent)),
    deadline: ({ progress }) => nextDeadline(progress),
  }
}

/** Makes one, so that a constructor that throws is found when the app starts and not by the first event. */
function checkInitialState(definition: SagaDefinition): void {
  try {
    definition.initialState()
  } catch (error) {
    throw modelInvalid(
      `Saga ${definition.name}`,
      `has an initial state that cannot be made (${error})`,
      'Give its fields values that need nothing from outside.',
    )
  }
}

function decide(turn: Turn, input: Input): Decision {
  try {
    if (input.kind === 'event') begin(turn, input)
    else if (input.kind === 'reply') answer(turn, input.reply)
    else if (input.kind === 'deadline') expire(turn)
    else if (input.kind === 'park') turn.park({ code: input.code, details: input.details })
    const { broken } = turn.progress
    if (broken && isUnderWay(turn.progress)) turn.park(broken)
  } catch (error) {
    if (isSchemaUnknown(error)) throw error
    turn.park(reasonOf(error))
  }
  return turn.decision
}

function sagaIdBy({ event, member, sagaId }: SagaTrigger) {
  if (!sagaId) return (_event: object, streamId: string) => streamId
  return (started: object, streamId: string) => {
    const id: unknown = callUser(member, () => sagaId(started, streamId))
    if (typeof id === 'string' && id !== '') return id
    throw sagaErrors.create('SAGA_ID_INVALID', { member, id: JSON.stringify(id), event: messageDefinition(event).name })
  }
}
