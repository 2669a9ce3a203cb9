import type { Clock } from '@ottla/core'
import { ClientLink } from './kafka-model/client-link.js'
import type { Conditions, Victim } from './nemesis.js'

/** A process's way to the broker: each request is a step of it, at which it may be struck. */
export function linkOf(name: string, conditions: Conditions, victim: () => Victim): ClientLink {
  return new ClientLink(name, {
    clock: conditions.clock,
    patience: conditions.patience,
    latency: () => conditions.latency(),
    isDown: () => conditions.isDown(),
    fate: (link, kind) => {
      conditions.step(victim())
      return link.isAwake ? conditions.fate(link, kind) : 'ok'
    },
  })
}

/** A process's clock: its timers stand still while it sleeps and never fire when it is dead, since it must not write to files that another one has. */
export function clockOf(victim: Victim, conditions: Conditions): Clock {
  const { clock } = conditions
  const step = (task: () => void) => () => {
    conditions.step(victim)
    victim.link.whenAwake(task)
  }
  return { now: () => clock.now(), nextTurn: task => clock.nextTurn(step(task)), after: (milliseconds, task) => cancellable(clock, milliseconds, step, task) }
}

/** A timer that fired while its process slept can still be cancelled until it has woken up. */
function cancellable(clock: Clock, milliseconds: number, step: (task: () => void) => () => void, task: () => void): () => void {
  let isCancelled = false
  const cancel = clock.after(
    milliseconds,
    step(() => {
      if (!isCancelled) task()
    }),
  )
  return () => {
    isCancelled = true
    cancel()
  }
}
