import 'reflect-metadata'
import { coreErrors } from '../errors/core-errors.js'
import { checkedDefinition } from './definition-check.js'
import { fillDefaults } from './field-defaults.js'
import { type FieldType, type FieldTypeLike, fieldType, t } from './field-type.js'
import type { MessageClass } from './message.js'
import { defineMessage, type FieldDefinition, findMessageDefinition, type MessageKind } from './message-definition.js'

const declared = Symbol.for('ottla.declared-fields')

interface Declared {
  readonly fields: FieldDefinition[]
  idField?: string
}

/** What may be said of a message beside its name. */
export interface MessageOptions {
  /** Full Avro names that it had: records that were written under them are read as this class, and only the new name is written. */
  readonly aliases?: readonly string[]
  /** What it means, for those who read the schema. */
  readonly doc?: string
}

/** Declares an event: a fact in the past tense. `name` is its full Avro name; where it changes, the earlier one becomes an alias. */
export const Event = (name: string, options?: MessageOptions) => messageDecorator('event', name, options)

/** Declares a command: a request in the imperative that may be refused. One of its fields is decorated with `@Id()`. */
export const Command = (name: string, options?: MessageOptions) => messageDecorator('command', name, options)

/** Declares a value that is nested in commands and events, such as an order line. */
export const Value = (name: string, options?: MessageOptions) => messageDecorator('value', name, options)

/**
 * Declares a field. Without a type, the one that TypeScript emits is taken: string, boolean, number (an Avro double),
 * bigint (long), Date (timestamp), Uint8Array or Buffer (bytes) or a class with fields of its own.
 */
export function Field(...type: [type?: FieldTypeLike]): PropertyDecorator {
  return (prototype, key) => declareField(prototype, key, type)
}

/** Declares the field of a command that names the aggregate that decides; its hash is the shard. */
export function Id(...type: [type?: FieldTypeLike]): PropertyDecorator {
  return (prototype, key) => {
    declareField(prototype, key, type)
    const declaration = declaredOf(prototype.constructor)
    if (declaration.idField) {
      throw coreErrors.create('MODEL_INVALID', {
        member: `${prototype.constructor.name}.${String(key)}`,
        problem: `is a second @Id() beside ${declaration.idField}`,
        cure: 'One aggregate decides a command: keep one @Id(), and make the other a @Field().',
      })
    }
    declaration.idField = String(key)
  }
}

function messageDecorator(kind: MessageKind, name: string, { aliases, doc }: MessageOptions = {}) {
  return <C extends MessageClass>(target: C): C => {
    const { fields, idField } = declaredOf(target)
    if (kind === 'command' && !idField) {
      throw coreErrors.create('MODEL_INVALID', {
        member: target.name,
        problem: 'is a command without an id',
        cure: 'Put @Id() on the field that names the aggregate that decides.',
      })
    }
    // A subclass assigns after all field initialisers have run, so a class with define semantics keeps what it was given.
    // A class with a constructor of its own takes what it likes, and nothing is assigned over it.
    const takesFields = target.length === 0
    const message = class extends (target as MessageClass) {
      constructor(...given: unknown[]) {
        super(...given)
        if (!takesFields) return
        Object.assign(this, given[0])
        fillDefaults(definition, this, given[0])
      }
    } as C
    Object.defineProperty(message, 'name', { value: target.name })
    const definition = checkedDefinition({ kind, name, ...(aliases && { aliases }), ...(doc !== undefined && { doc }), class: message, fields, idField })
    defineMessage(definition, target)
    return message
  }
}

function declareField(prototype: object, key: string | symbol, given: [type?: FieldTypeLike]): void {
  const declaration = declaredOf(prototype.constructor)
  declaration.fields.push({ name: String(key), type: given.length > 0 ? fieldType(given[0]) : emittedType(prototype, String(key)) })
}

function declaredOf(target: object): Declared {
  const holder = target as Record<symbol, Declared>
  if (!Object.hasOwn(holder, declared)) {
    const inherited = holder[declared]
    Object.defineProperty(holder, declared, { value: { fields: [...(inherited?.fields ?? [])], idField: inherited?.idField } })
  }
  return holder[declared] as Declared
}

function emittedType(prototype: object, key: string): FieldType {
  const member = `${prototype.constructor.name}.${key}`
  const emitted: unknown = Reflect.getMetadata('design:type', prototype, key)
  if (emitted === undefined) {
    throw coreErrors.create('MODEL_INVALID', {
      member,
      problem: 'has no type at run time',
      cure: 'Name it: @Field(t.string). Only compilers with emitDecoratorMetadata (tsc, vitest) emit it; tsx and esbuild do not.',
    })
  }
  const scalar = scalars.get(emitted)
  if (scalar) return scalar
  if (typeof emitted === 'function' && (declared in emitted || findMessageDefinition(emitted as MessageClass))) return fieldType(emitted as MessageClass)
  throw coreErrors.create('MODEL_INVALID', {
    member,
    problem: `has the type ${(emitted as { name?: string })?.name ?? String(emitted)} at run time, which says too little`,
    cure: 'Name it: @Field(t.array(t.string)), @Field(t.optional(t.string)), @Field(t.enum(...)) or the class of a value.',
  })
}

const scalars = new Map<unknown, FieldType>([
  [String, t.string],
  [Boolean, t.boolean],
  [Number, t.double],
  [BigInt, t.long],
  [Date, t.timestamp],
  [Uint8Array, t.bytes],
  [Buffer, t.bytes],
])
