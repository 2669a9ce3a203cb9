import type { Input } from '@ottla/eventstore'
import { SagaStarted } from '../events/saga-events.js'
import { goOn } from './go-on.js'
import { isSound } from './progress.js'
import type { Turn } from './turn.js'

/** The event that a saga starts with. For a saga that exists already it is over and done with: nothing happens. */
export function begin(turn: Turn, { definition, bytes }: Extract<Input, { kind: 'event' }>): void {
  if (turn.progress.status !== 'new') return
  if (!turn.messages.starts(definition.name, bytes)) return
  turn.record(new SagaStarted({ ...turn.name, eventType: definition.name, event: bytes }))
  if (isSound(turn.progress)) goOn(turn)
}
