import { Event, Field, Message, type MessageClass, messageDefinition, t, value } from '@ottla/core'
import Database from 'better-sqlite3'
import { EmbeddedRegistry } from '../embedded/embedded-registry.js'
import { AvroCodec } from './avro-codec.js'

export const openRegistry = () => new EmbeddedRegistry(new Database(':memory:'), false)
export const definitionOf = (message: unknown) => messageDefinition(message as MessageClass)

/** Writes with one codec and gives the bytes to another that has never seen the class, as another node's would be. */
export async function written(message: object, registry = openRegistry()): Promise<{ bytes: Buffer; reader: AvroCodec }> {
  const writer = new AvroCodec(registry)
  const definition = definitionOf(message.constructor)
  await writer.prepare('shop.events', [definition])
  const bytes = writer.encode('shop.events', definition, message)
  const reader = new AvroCodec(registry)
  await reader.learn(bytes)
  return { bytes, reader }
}

export const Line = value('shop.Line', { productId: t.string, quantity: t.int })

@Event('shop.OrderPlaced')
export class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field(t.array(Line)) lines!: InstanceType<typeof Line>[]
  @Field(t.optional(t.string)) note?: string

  shout(): string {
    return this.orderId.toUpperCase()
  }
}

/** A message that nests its own kind. */
@Event('shop.Node')
export class Node extends Message<Node> {
  @Field(t.array(Node)) children!: Node[]
}
