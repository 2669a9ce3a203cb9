import { isNullable } from './field-type.js'
import type { MessageDefinition } from './message-definition.js'
import { defaultMaker } from './normalization.js'

interface Preset {
  readonly name: string
  readonly nullable: boolean
  readonly make: () => unknown
}

const presets = new WeakMap<MessageDefinition, readonly Preset[]>()

/** Gives a message that has just been made the defaults of what was not given: a field that may be absent only where it was not named at all. */
export function fillDefaults(definition: MessageDefinition, message: object, given: unknown): void {
  const fields = message as Record<string, unknown>
  for (const { name, nullable, make } of presetsOf(definition)) {
    if (fields[name] === undefined && !(nullable && named(given, name))) fields[name] = make()
  }
}

function presetsOf(definition: MessageDefinition): readonly Preset[] {
  let known = presets.get(definition)
  if (!known) {
    const withDefault = definition.fields.filter(({ type }) => type.default !== undefined && type.default !== null)
    known = withDefault.map(({ name, type }) => ({ name, nullable: isNullable(type), make: defaultMaker(type) }))
    presets.set(definition, known)
  }
  return known
}

function named(given: unknown, name: string): boolean {
  return typeof given === 'object' && given !== null && name in given
}
