/** The details of a rejection from their JSON; a text that is none, such as an error's, as `message`. */
export function detailsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  try {
    const details: unknown = JSON.parse(text)
    if (typeof details === 'object' && details !== null && !Array.isArray(details)) return details as Record<string, unknown>
  } catch {
    // No JSON: the text of an error.
  }
  return { message: text }
}
