import { AggregateDecider, type AggregateDefinition, definitionOfInstance, type FieldType, type MessageDefinition, recordDefinition } from '@ottla/core'
import type { Participant } from './participant.js'

/** An aggregate as the shard owner runs it. Throws MODEL_INVALID when its definition is wrong. */
export function aggregateParticipant(definition: AggregateDefinition): Participant {
  const decider = new AggregateDecider(definition)
  const { commands, events } = decider
  return {
    kind: 'aggregate',
    name: definition.name,
    stateVersion: definition.stateVersion,
    classes: withValues([...commands, ...events]),
    commands,
    events,
    triggers: [],
    initialState: () => definition.initialState(),
    deadline: () => undefined,
    decide(state, input, context) {
      if (input.kind !== 'command') return { events: [], commands: [] }
      const { definition: command, message } = input
      const decided = decider.decide(state, command, message, {
        commandId: context.messageId,
        correlationId: context.correlationId,
        version: context.version,
        now: context.now,
      })
      return { events: decided.map(event => ({ definition: definitionOfInstance(event), message: event })), commands: [] }
    },
    evolve: (state, event, { version }) => decider.evolve(state, event.definition, event.message, { version }),
  }
}

/** These messages and all values nested in them. */
export function withValues(messages: readonly MessageDefinition[]): readonly MessageDefinition[] {
  const found = new Set<MessageDefinition>()
  const addType = (type: FieldType): void => {
    if (type.kind === 'record') add(recordDefinition(type))
    else for (const part of type.of ? [type.of] : (type.branches ?? [])) addType(part)
  }
  const add = (message: MessageDefinition): void => {
    if (found.has(message)) return
    found.add(message)
    for (const { type } of message.fields) addType(type)
  }
  for (const message of messages) add(message)
  return [...found]
}
