import { type MessageDefinition, messageDefinition } from '@ottla/core'
import type { ProjectionDefinition } from './projection-definition.js'

/** The older events that upcasters read as events which the projection handles. */
export function olderEvents({ handlers, upcasters }: ProjectionDefinition): MessageDefinition[] {
  const handled = new Set(handlers.map(({ event }) => messageDefinition(event).name))
  return (upcasters?.olderEvents ?? []).filter(({ name }) => upcasters?.endsOf(name).some(end => handled.has(end)))
}
