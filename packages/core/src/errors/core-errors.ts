import { defineErrors } from './error.js'

/** The error codes of @ottla/core. */
export const coreErrors = defineErrors({
  MODEL_INVALID: {
    what: '{member}: {problem}.',
    todo: '{cure}',
  },
  MESSAGE_INVALID: {
    what: '{message} does not fit its definition: {problems}.',
    todo: 'Give every field of the class a value of its declared type and no other field.',
  },
  COMMAND_UNKNOWN: {
    what: 'No aggregate of this app handles {command}.',
    todo: 'Add an aggregate with @Handle({command}) to the modules of createApp.',
  },
  COMMAND_TIMEOUT: {
    what: 'Command {command} {id} for {key} was not decided within {timeout} ms and had not been taken up.',
    todo: 'Nothing was written. Send it again; the same id keeps it exactly once.',
    retriable: true,
  },
  COMMAND_OUTCOME_UNKNOWN: {
    what: 'Command {command} {id} for {key} was taken up, but its outcome did not arrive within {timeout} ms.',
    todo: 'It may still be decided. Send it again with the same id, or ask app.outcome(id, key).',
    retriable: true,
  },
  HANDLER_FAILED: {
    what: '{member} threw {error}.',
    todo: 'Mend it; a handler that wants to refuse a command throws reject(code). Nothing of this command was kept.',
  },
  HANDLER_NOT_SYNCHRONOUS: {
    what: '{member} returned a promise.',
    todo: 'A decision is made in memory: do the waiting before send().',
  },
  HANDLER_CHANGED_STATE: {
    what: '{member} changed the state of the aggregate ({error}).',
    todo: 'Return an event and change the state in its @Apply method. Nothing of this command was kept.',
  },
  EVENT_NOT_APPLICABLE: {
    what: '{member} returned {event}, which {aggregate} has no @Apply method for.',
    todo: 'Add @Apply({event}) to {aggregate}.',
  },
  UPCAST_FAILED: {
    what: 'The upcaster {member} cannot read a stored {event}: {problem}.',
    todo: 'Mend the upcaster and start again; the event stays in the log as it is, and until then it counts as unreadable.',
  },
})
