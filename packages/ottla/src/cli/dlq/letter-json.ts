import type { DeadLetter } from '@ottla/eventstore'

/** A dead letter in one line of JSON: times as ISO text, the bytes in base64. */
export function letterJson({ timestamp, setAsideAt, value, ...letter }: DeadLetter): string {
  const times = { timestamp: new Date(timestamp).toISOString(), setAsideAt: new Date(setAsideAt).toISOString() }
  return JSON.stringify({ ...letter, ...times, value: value?.toString('base64') ?? null })
}
