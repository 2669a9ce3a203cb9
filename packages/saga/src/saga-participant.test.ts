import { messageDefinition } from '@ottla/core'
import { describe, expect, it } from 'vitest'
import { saga, startsOn, step } from './definition/plain-saga.js'
import { findSaga } from './definition/saga-decorators.js'
import type { SagaDefinition } from './definition/saga-definition.js'
import { sagaEventClasses } from './events/saga-events.js'
import { FulfilOrder, Line, OrderPlaced, orderPlaced, shopCommands } from './order-saga.fixture.js'
import { sagaParticipant } from './saga-participant.js'
import { codecFor, runTopics } from './saga-run.fixture.js'

const codec = await codecFor([OrderPlaced], shopCommands)
const commands = shopCommands.map(each => messageDefinition(each))
const participantOf = (definition: SagaDefinition) => sagaParticipant(definition, codec, runTopics, commands)
const startedBy = (id?: (event: OrderPlaced, streamId: string) => string, initialState = () => ({})) =>
  saga({ name: 'any', initialState, startsOn: [startsOn(OrderPlaced, () => {}, { id })], steps: [step('one', { send: () => undefined })] })

describe('A saga as a participant', () => {
  it('names its events, what it may send and the classes that its state may hold', () => {
    const participant = participantOf(findSaga(FulfilOrder) as SagaDefinition)
    expect(participant).toMatchObject({ kind: 'saga', name: 'fulfil-order', commands })
    expect(participant.events.map(({ class: each }) => each)).toEqual(sagaEventClasses)
    expect(participant.classes).toEqual(expect.arrayContaining([...commands, ...participant.events, messageDefinition(OrderPlaced), messageDefinition(Line)]))
  })

  it('has the id of the stream that its starting event belongs to', () => {
    const [trigger] = participantOf(startedBy()).triggers
    expect(trigger?.event).toBe(messageDefinition(OrderPlaced))
    expect(trigger?.sagaId(orderPlaced(), 'stream-7')).toBe('stream-7')
  })

  it('has the id that @StartsOn gives', () => {
    const [trigger] = participantOf(startedBy(({ orderId }, streamId) => `${orderId}/${streamId}`)).triggers
    expect(trigger?.sagaId(orderPlaced(), 's')).toBe('o1/s')
  })

  it('starts nothing where that gives no id', () => {
    const [trigger] = participantOf(startedBy(() => '')).triggers
    expect(() => trigger?.sagaId(orderPlaced(), 's')).toThrow('SAGA_ID_INVALID: any: startsOn(OrderPlaced) gave the saga id "" for shop.OrderPlaced.')
  })

  it('makes stored states anew when the saga or the machine says that their shape changed', () => {
    const definition = startedBy()
    expect(participantOf({ ...definition, stateVersion: 2 }).stateVersion).toBeGreaterThan(participantOf(definition).stateVersion)
  })

  it('is refused when its initial state cannot be made', () => {
    const broken = startedBy(undefined, () => {
      throw new Error('no config')
    })
    expect(() => participantOf(broken)).toThrow('MODEL_INVALID: Saga any: has an initial state that cannot be made (Error: no config).')
  })

  it('is refused when its definition is wrong, however it was made', () => {
    expect(() => participantOf({ ...startedBy(), steps: [] })).toThrow('MODEL_INVALID: Saga any: has no steps')
  })

  it('takes no commands', () => {
    const participant = participantOf(startedBy())
    const context = { id: 'o1', messageId: 'm', correlationId: 'c', version: 0, now: 0 }
    const input = { kind: 'command', definition: commands[0] as (typeof commands)[0], message: {} } as const
    expect(participant.decide(participant.initialState('o1'), input, context)).toEqual({ events: [], commands: [] })
  })
})
