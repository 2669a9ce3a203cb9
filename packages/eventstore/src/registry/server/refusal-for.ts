import { isOttlaError } from '@ottla/core'
import { RestError, refusals } from './rest-error.js'

/** What a client is told for an error; undefined where it is no fault of the request and none of the store's. */
export function refusalFor(error: unknown): RestError | undefined {
  if (error instanceof RestError) return error
  if (!isOttlaError(error)) return undefined
  const { code, message, details } = error
  switch (code) {
    case 'SCHEMA_INVALID':
      return refusals.schemaInvalid(`Invalid schema ${details.schema} of type AVRO, details: ${details.problem}`)
    case 'SCHEMA_INCOMPATIBLE':
      return refusals.incompatible(`${details.subject}`, `${details.reason}, {compatibility: '${details.level}'}`)
    case 'REGISTRY_READ_ONLY':
      return refusals.notPermitted(`${details.subject} is in read-only mode: another process writes the schemas of this registry`)
    default:
      return refusals.storeFailed(message)
  }
}
