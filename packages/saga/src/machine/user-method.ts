import { isOttlaError } from '@ottla/core'
import { sagaErrors } from '../saga-errors.js'

/**
 * What a method of the user's returns. Throws SAGA_METHOD_FAILED, SAGA_METHOD_CHANGED_STATE or SAGA_METHOD_NOT_SYNCHRONOUS,
 * which name it.
 */
export function callUser<T>(member: string, method: () => T): T {
  let returned: T
  try {
    returned = method()
  } catch (error) {
    throw sagaErrors.create(isRefusedChange(error) ? 'SAGA_METHOD_CHANGED_STATE' : 'SAGA_METHOD_FAILED', { member, error }, { cause: error })
  }
  const promise = returned as Partial<Promise<unknown>> | undefined
  if (typeof promise?.then === 'function') {
    // Its own rejection has nobody else to go to, and must not end the process.
    promise.then(undefined, () => undefined)
    throw sagaErrors.create('SAGA_METHOD_NOT_SYNCHRONOUS', { member })
  }
  return returned
}

/** Whether the codec does not know a schema yet: no fault of the saga, the owner learns it and asks again. */
export function isSchemaUnknown(error: unknown): boolean {
  return isOttlaError(error, 'SCHEMA_UNKNOWN')
}

/** V8's words for a write to something frozen, and core's for a Map or Set. */
function isRefusedChange(error: unknown): boolean {
  return error instanceof TypeError && /read only property|not extensible|Cannot delete property|frozen state/.test(error.message)
}
