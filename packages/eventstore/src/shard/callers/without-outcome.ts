import { type CommandEnvelope, coreErrors } from '@ottla/core'

/** COMMAND_OUTCOME_UNKNOWN where the command may be decided all the same, else COMMAND_TIMEOUT: nothing was written. */
export function withoutOutcome({ id, key, definition, timeout }: CommandEnvelope, mayBeDecided: boolean, cause?: Error): Error {
  return coreErrors.create(mayBeDecided ? 'COMMAND_OUTCOME_UNKNOWN' : 'COMMAND_TIMEOUT', { command: definition.name, id, key, timeout }, { cause })
}
