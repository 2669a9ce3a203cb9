import type { MessageDefinition } from '@ottla/core'
import type { AvroType } from './avro/tap.js'
import { typeOfSchema } from './avro/type-of-schema.js'
import { messageSchema } from './message-schema.js'

/** What messages are read as and written from: their own schemas and types, made once. */
export class ReaderTypes {
  private readonly types = new Map<MessageDefinition, { readonly text: string; readonly type: AvroType }>()

  of(definition: MessageDefinition): { readonly text: string; readonly type: AvroType } {
    let known = this.types.get(definition)
    if (!known) {
      const { text, records } = messageSchema(definition)
      known = { text, type: typeOfSchema(text, name => records.get(name)?.class.prototype ?? Object.prototype) }
      this.types.set(definition, known)
    }
    return known
  }
}
