/** Confluent's seven levels: which other versions of a subject each new version must be able to read, or be read by. The transitive ones mean all, the others only the latest. */
export const compatibilityLevels = ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE'] as const

/** One of `compatibilityLevels`. */
export type CompatibilityLevel = (typeof compatibilityLevels)[number]
