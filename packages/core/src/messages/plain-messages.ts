import type { DefaultedKeys } from './defaulted.js'
import { checkedDefinition } from './definition-check.js'
import { fillDefaults } from './field-defaults.js'
import { type FieldTypeLike, fieldType, type TypeOf } from './field-type.js'
import { Message, type MessageClass } from './message.js'
import type { MessageOptions } from './message-decorators.js'
import { defineMessage, type MessageDefinition, type MessageKind } from './message-definition.js'

type Shape = Readonly<Record<string, FieldTypeLike>>
type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends TypeOf<S[K]> ? K : never }[keyof S]
type FieldsOf<S extends Shape> = { [K in Exclude<keyof S, OptionalKeys<S>>]: TypeOf<S[K]> } & { [K in OptionalKeys<S>]?: TypeOf<S[K]> }
type GivenFields<S extends Shape> = Omit<FieldsOf<S>, DefaultedKeys<FieldsOf<S>>> & { [K in DefaultedKeys<FieldsOf<S>>]?: FieldsOf<S>[K] }
type PlainMessage<S extends Shape> = new (fields: GivenFields<S>) => FieldsOf<S>

/** An event class without decorators: `const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string })`. */
export const event = <S extends Shape>(name: string, fields: S, options?: MessageOptions): PlainMessage<S> => plainMessage('event', name, fields, { options })

/** A value class without decorators. */
export const value = <S extends Shape>(name: string, fields: S, options?: MessageOptions): PlainMessage<S> => plainMessage('value', name, fields, { options })

/** A command class without decorators; `idField` is the one that names the aggregate that decides. */
export const command = <S extends Shape>(name: string, idField: keyof S & string, fields: S, options?: MessageOptions): PlainMessage<S> =>
  plainMessage('command', name, fields, { idField, options })

function plainMessage<S extends Shape>(
  kind: MessageKind,
  name: string,
  fields: S,
  { idField, options: { aliases, doc } = {} }: { readonly idField?: string; readonly options?: MessageOptions },
): PlainMessage<S> {
  const message = class extends Message<object> {
    constructor(given: object) {
      super(given)
      fillDefaults(definition, this, given)
    }
  }
  Object.defineProperty(message, 'name', { value: name.slice(name.lastIndexOf('.') + 1) })
  const definition: MessageDefinition = checkedDefinition({
    kind,
    name,
    ...(aliases && { aliases }),
    ...(doc !== undefined && { doc }),
    class: message as MessageClass,
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, type: fieldType(type) })),
    idField,
  })
  defineMessage(definition)
  return message as unknown as PlainMessage<S>
}
