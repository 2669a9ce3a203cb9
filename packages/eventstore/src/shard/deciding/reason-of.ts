import { isOttlaError, isRejection, type Rejection } from '@ottla/core'

/** The longest text that an outcome keeps of a reason. */
const longestReason = 10_000

/** Why a decision was refused or failed, in a form that can be written whatever was thrown. */
export function reasonOf(error: unknown): { code: string; details: string } {
  if (isRejection(error)) return { code: error.code.slice(0, longestReason).toWellFormed(), details: detailsOf(error) }
  const code = isOttlaError(error) ? error.code : 'HANDLER_FAILED'
  const details = error instanceof Error ? error.message : String(error)
  return { code, details: details.slice(0, longestReason).toWellFormed() }
}

function detailsOf({ code, details }: Rejection): string {
  try {
    const text = JSON.stringify(details, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
    return text.length <= longestReason ? text : JSON.stringify({ omitted: `${text.length} characters` })
  } catch (error) {
    return JSON.stringify({ omitted: `the details of ${code} are no JSON: ${(error as Error).message}` })
  }
}
