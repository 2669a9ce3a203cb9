import { coreErrors } from '../errors/core-errors.js'
import type { MessageClass } from '../messages/message.js'

/** The message class itself. Throws MODEL_INVALID when it is undefined, as it is where two files import each other. */
export function loadedMessage<T extends object>(message: MessageClass<T> | undefined, member: string): MessageClass<T> {
  if (message) return message
  throw coreErrors.create('MODEL_INVALID', {
    member,
    problem: 'names a message class that is undefined when the file loads',
    cure: 'Two files probably import each other: move the message classes to a file of their own.',
  })
}
