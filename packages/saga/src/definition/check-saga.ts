import { coreErrors, findMessageDefinition } from '@ottla/core'
import { parseDuration } from './duration.js'
import type { Attempts, SagaDefinition } from './saga-definition.js'

/** The names that the last commands of a saga go under, beside the names of its steps. */
export const endNames = { completed: 'completed', compensated: 'compensated' } as const

/** Throws MODEL_INVALID, naming class, member and cure, when the definition cannot be run. */
export function checkSaga(definition: SagaDefinition): void {
  const { name, steps, completed, compensated } = definition
  // Command ids are made of these names, joined by slashes: they must stay apart.
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw modelInvalid(`Saga '${name}'`, 'has a name that is none', 'Use letters, digits, dots, dashes and underscores.')
  checkTriggers(definition)
  if (steps.length === 0) throw modelInvalid(`Saga ${name}`, 'has no steps', 'Put @Step() on a method that returns a command.')
  const names = new Set<string>(Object.values(endNames))
  for (const step of steps) {
    if (!/^[A-Za-z_$][\w$-]*$/.test(step.name))
      throw modelInvalid(step.member, `is a step with the name '${step.name}', which is none`, 'Use letters, digits, dashes and underscores.')
    if (step.name in endNames) throw modelInvalid(step.member, `is a step with the name ${step.name}, which the end of a saga has`, 'Rename the step.')
    if (names.has(step.name))
      throw modelInvalid(step.member, `is a second step with the name ${step.name}`, 'Rename one of the two: commands and events carry the name.')
    names.add(step.name)
    checkAttempts(step.member, step)
    if (step.compensation) checkAttempts(step.compensation.member, step.compensation)
  }
  for (const end of [completed, compensated]) if (end) checkAttempts(end.member, end)
}

export function modelInvalid(member: string, problem: string, cure: string): Error {
  return coreErrors.create('MODEL_INVALID', { member, problem, cure })
}

function checkTriggers({ name, triggers }: SagaDefinition): void {
  if (triggers.length === 0)
    throw modelInvalid(`Saga ${name}`, 'is started by nothing', 'Put @StartsOn(SomeEvent) on the method that takes over what the saga needs.')
  const seen = new Map<string, string>()
  for (const { event, member } of triggers) {
    const message = event && findMessageDefinition(event)
    if (message?.kind !== 'event') {
      const what = message
        ? `the ${message.kind} ${message.name}`
        : event
          ? `${event.name}, which is no message`
          : 'a class that is undefined when the file loads'
      throw modelInvalid(
        member,
        `starts on ${what}`,
        event ? 'Name a class decorated with @Event.' : 'Two files probably import each other: move the events to a file of their own.',
      )
    }
    const earlier = seen.get(message.name)
    if (earlier) throw modelInvalid(member, `starts on ${message.name} beside ${earlier}`, 'Keep one of the two.')
    seen.set(message.name, member)
  }
}

function checkAttempts(member: string, { timeout, retry }: Attempts): void {
  if (timeout !== undefined && parseDuration(timeout) === undefined) {
    throw modelInvalid(member, `has the timeout ${timeout}, which is no time span`, "Write it as '30s', '500ms', '5m', '2h', '1d' or as milliseconds above 0.")
  }
  if (retry !== undefined && !(Number.isSafeInteger(retry) && retry >= 0))
    throw modelInvalid(member, `has retry: ${retry}`, 'Give how often to try again, a whole number from 0.')
}
