import { type CompatibilityLevel, compatibilityLevel, defaultCompatibility } from '../registry/compatibility-level.js'
import type { RegistryRows } from './registry-rows.js'

/** The level in force for the subject, or without one for those that have none. */
export function levelIn(rows: RegistryRows | undefined, subject: string | undefined): CompatibilityLevel {
  return ownLevel(rows, subject) ?? ownLevel(rows, undefined) ?? defaultCompatibility
}

/** The level that was set for this very subject, or without one for all others. */
export function ownLevel(rows: RegistryRows | undefined, subject: string | undefined): CompatibilityLevel | undefined {
  const level = rows?.ownLevel(subject)
  return level === undefined ? undefined : compatibilityLevel(level)
}
