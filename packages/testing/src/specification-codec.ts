import { type MessageDefinition, normalizeMessage, validateMessage } from '@ottla/core'
import type { Codec } from '@ottla/eventstore'

/** Keeps messages in memory and gives them numbers for bytes: what a specification needs of a codec, without a registry to wait for. */
export class SpecificationCodec implements Codec {
  private readonly messages: { readonly definition: MessageDefinition; readonly message: object }[] = []

  async prepare(): Promise<void> {}

  async learn(): Promise<void> {}

  async learnVersions(): Promise<void> {}

  knows(): boolean {
    return true
  }

  encode(_topic: string, definition: MessageDefinition, message: object): Buffer {
    validateMessage(definition, message)
    const bytes = Buffer.alloc(5)
    bytes.writeUInt32BE(this.messages.push({ definition, message: normalizeMessage(definition, message) }) - 1, 1)
    return bytes
  }

  typeOf(bytes: Uint8Array): string {
    return this.messageOf(bytes).definition.name
  }

  decode<T extends object>(definition: MessageDefinition<T>, bytes: Uint8Array): T {
    return normalizeMessage(definition, this.messageOf(bytes).message)
  }

  decodePlain(bytes: Uint8Array): { readonly type: string; readonly fields: Readonly<Record<string, unknown>> } {
    const { definition, message } = this.messageOf(bytes)
    return { type: definition.name, fields: { ...message } }
  }

  private messageOf(bytes: Uint8Array) {
    return this.messages[Buffer.from(bytes).readUInt32BE(1)] as { readonly definition: MessageDefinition; readonly message: object }
  }
}
