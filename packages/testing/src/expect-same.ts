import { AssertionError, deepStrictEqual } from 'node:assert'
import { definitionOfInstance, normalizeMessage, validateMessage } from '@ottla/core'

/** Throws an AssertionError that begins with `what` and shows the difference, unless the two are deeply equal. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected)
  } catch (error) {
    refuse(`${what}\n${(error as AssertionError).message}`, actual, expected)
  }
}

/** Throws an AssertionError with both sides. */
export function refuse(what: string, actual: unknown, expected: unknown, cause?: unknown): never {
  // An operator of our own: to the message of one that it knows Node adds a comparison, in some versions.
  const error = new AssertionError({ message: what, actual, expected, operator: 'specification' })
  if (cause !== undefined) error.cause = cause
  throw error
}

/** Messages as they will be read back from the log, so that `'2.50'` is the same as `'2.5'`. Throws MESSAGE_INVALID for one that could not be written. */
export function asRead(messages: readonly object[]): object[] {
  return messages.map(message => {
    const definition = definitionOfInstance(message)
    validateMessage(definition, message)
    return normalizeMessage(definition, message)
  })
}
