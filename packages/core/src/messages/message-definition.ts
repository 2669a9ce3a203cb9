import { coreErrors } from '../errors/core-errors.js'
import type { FieldType } from './field-type.js'
import type { MessageClass } from './message.js'

/** Commands and events travel on the log; values are nested in them. */
export type MessageKind = 'command' | 'event' | 'value'

export interface FieldDefinition {
  readonly name: string
  readonly type: FieldType
}

/** What the runtime knows of a message class: its Avro name and its fields in the order of their declaration. */
export interface MessageDefinition<T extends object = object> {
  readonly kind: MessageKind
  /** Full Avro name, such as `shop.OrderPlaced`. */
  readonly name: string
  /** Full Avro names that it had: records that were written under them are read as this class. */
  readonly aliases?: readonly string[]
  /** What it means, for those who read the schema. */
  readonly doc?: string
  readonly class: MessageClass<T>
  readonly fields: readonly FieldDefinition[]
  /** Of a command: the field with the id of the aggregate that decides. */
  readonly idField?: string
}

/** The name of a message and those that it had. */
export function namesOf({ name, aliases = [] }: MessageDefinition): readonly string[] {
  return [name, ...aliases]
}

const definitions = Symbol.for('ottla.message-definition')

/**
 * Remembers what a class is. Called by the decorators and by the plain definitions. A class that names itself in its fields
 * knows only the class as it was declared, `declaredClass`, which a decorator may have replaced.
 */
export function defineMessage(definition: MessageDefinition, declaredClass: MessageClass = definition.class): void {
  for (const holder of new Set([definition.class, declaredClass])) Object.defineProperty(holder, definitions, { value: definition, configurable: true })
}

/** The definition of a message class. Throws MODEL_INVALID when the class is no message. */
export function messageDefinition<T extends object>(messageClass: MessageClass<T>): MessageDefinition<T> {
  const definition = findMessageDefinition(messageClass)
  if (definition) return definition
  throw coreErrors.create('MODEL_INVALID', {
    member: messageClass?.name || String(messageClass),
    problem: 'is no message class',
    cure: "Decorate it with @Event('name'), @Command('name') or @Value('name').",
  })
}

/** The definition of a message class, or undefined when the class is none. */
export function findMessageDefinition<T extends object>(messageClass: MessageClass<T>): MessageDefinition<T> | undefined {
  return (messageClass as unknown as Record<symbol, MessageDefinition<T> | undefined>)?.[definitions]
}

/** The definition of a message by one of its instances. Throws MODEL_INVALID when its class is no message. */
export function definitionOfInstance(message: object): MessageDefinition {
  return messageDefinition((message as object | undefined)?.constructor as MessageClass)
}

/** A message from its fields, without running the class's constructor (it is decoded, not made anew). */
export function instantiate<T extends object>(definition: MessageDefinition<T>, fields: object): T {
  return Object.assign(Object.create(definition.class.prototype), fields) as T
}

/** The definition of the class of a `record` field. */
export function recordDefinition(type: FieldType): MessageDefinition {
  return messageDefinition((type.later?.() ?? type.class) as MessageClass)
}
