/** Where a registry on this port speaks Confluent's API. */
export function registryUrlOf(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`
}

/** Resolves when the registry on this port serves, else rejects with what it does. */
export async function registryAnswers(port: number): Promise<void> {
  const { status } = await fetch(`${registryUrlOf(port)}/subjects`, { signal: AbortSignal.timeout(2000) })
  if (status !== 200) throw new Error(`it answers with status ${status}`)
}
