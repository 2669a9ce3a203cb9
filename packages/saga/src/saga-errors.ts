import { defineErrors } from '@ottla/core'

/** The error codes of @ottla/saga. They are mostly read as the reason of a parked saga: a saga reports, it does not throw at anybody. */
export const sagaErrors = defineErrors({
  SAGA_METHOD_FAILED: {
    what: '{member} threw {error}.',
    todo: 'Mend the method. The saga is parked where it stands; the event or reply that led here is kept.',
  },
  SAGA_METHOD_CHANGED_STATE: {
    what: '{member} changed the state of the saga ({error}).',
    todo: 'Only @StartsOn and @OnReply methods may change it: the others are asked again when the saga is restored. The saga is parked where it stands.',
  },
  SAGA_METHOD_NOT_SYNCHRONOUS: {
    what: '{member} returned a promise.',
    todo: 'A decision is made in memory: do the waiting in a reactor. The saga is parked where it stands.',
  },
  SAGA_RETURN_INVALID: {
    what: '{member} returned {returned}, which is no command that an aggregate of this app handles.',
    todo: 'Return a command, an array of commands, or nothing; add the aggregate to the modules of createApp. The saga is parked where it stands.',
  },
  SAGA_ID_INVALID: {
    what: '{member} gave the saga id {id} for {event}.',
    todo: 'The id option of @StartsOn must give a string that is not empty. No saga was started.',
  },
  SAGA_STEP_TIMED_OUT: {
    what: 'Command {command} had no answer by its deadline in {attempts} attempts.',
    todo: 'It may still be decided, so it is compensated as if it had been made. Look at the aggregate that should have answered.',
  },
  SAGA_STEP_UNKNOWN: {
    what: 'Saga {saga} {id} stands at step {step}, which the code does not have any more.',
    todo: 'Bring the step back under that name until no saga is in it. The saga is parked where it stands.',
  },
  SAGA_MESSAGE_UNKNOWN: {
    what: 'Saga {saga} holds a message of type {type}, which the code does not have any more.',
    todo: 'Bring the class (and its @StartsOn or its aggregate) back. The saga is parked where it stands.',
  },
})
