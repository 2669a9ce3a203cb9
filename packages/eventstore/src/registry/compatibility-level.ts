import { eventstoreErrors } from '../eventstore-errors.js'

/** Confluent's seven levels: which other versions of a subject each new version must be able to read, or be read by. The transitive ones mean all, the others only the latest. */
export const compatibilityLevels = ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE'] as const

/** One of `compatibilityLevels`. */
export type CompatibilityLevel = (typeof compatibilityLevels)[number]

/** The level of a subject that nobody has given one: events are kept for ever, so each new version must read all that were written before. */
export const defaultCompatibility: CompatibilityLevel = 'BACKWARD_TRANSITIVE'

/** The level of this name. Throws COMPATIBILITY_LEVEL_UNKNOWN. */
export function compatibilityLevel(name: unknown): CompatibilityLevel {
  const level = compatibilityLevels.find(each => each === name)
  if (!level) throw eventstoreErrors.create('COMPATIBILITY_LEVEL_UNKNOWN', { level: String(name), levels: compatibilityLevels.join(', ') })
  return level
}
