import { judgeSchema } from '../compatibility/judge-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { CompatibilityLevel } from './compatibility-level.js'
import type { RegisteredSchema, RegistryVerdict } from './schema-registry.js'

/** For registries that judge by themselves: the verdict on a schema, in canonical form, as the next of these versions. Throws SCHEMA_INVALID. */
export function verdictOn(schema: string, level: CompatibilityLevel, versions: readonly RegisteredSchema[]): RegistryVerdict {
  const texts = versions.map(version => version.schema)
  if (texts.includes(schema)) return { compatible: true, level, reasons: [] }
  const { compatible, broken } = judgeSchema(level, schema, texts)
  return { compatible, level, reasons: broken.flatMap(({ sentences }) => sentences) }
}

/** Throws SCHEMA_INCOMPATIBLE where the verdict forbids the next version. */
export function refuseIncompatible(subject: string, { compatible, level, reasons }: RegistryVerdict): void {
  if (compatible) return
  const told = reasons.slice(0, 5).join('; ')
  throw eventstoreErrors.create('SCHEMA_INCOMPATIBLE', { subject, level, reason: reasons.length > 5 ? `${told}; and ${reasons.length - 5} more` : told })
}
