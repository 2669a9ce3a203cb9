import type { CompatibilityLevel } from '../registry/compatibility-level.js'

/** What a level asks of a new version of a subject. */
export interface LevelRule {
  /** The new version must read what the earlier ones wrote. */
  readonly readsEarlier: boolean
  /** The earlier versions must read what the new one writes. */
  readonly readByEarlier: boolean
  /** All earlier versions count, not only the latest. */
  readonly transitive: boolean
}

/** The meaning of each level, as in Confluent's documentation. */
export const levelRules: Readonly<Record<CompatibilityLevel, LevelRule>> = {
  NONE: { readsEarlier: false, readByEarlier: false, transitive: false },
  BACKWARD: { readsEarlier: true, readByEarlier: false, transitive: false },
  BACKWARD_TRANSITIVE: { readsEarlier: true, readByEarlier: false, transitive: true },
  FORWARD: { readsEarlier: false, readByEarlier: true, transitive: false },
  FORWARD_TRANSITIVE: { readsEarlier: false, readByEarlier: true, transitive: true },
  FULL: { readsEarlier: true, readByEarlier: true, transitive: false },
  FULL_TRANSITIVE: { readsEarlier: true, readByEarlier: true, transitive: true },
}
