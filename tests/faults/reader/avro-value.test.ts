import { AvroCodec } from '@ottla/eventstore'
import { MemoryRegistry } from '@ottla/testing'
import { messageDefinition } from 'ottla'
import { expect, it } from 'vitest'
import { Withdrawn } from '../bank/domain.js'
import { type AvroSchema, decodeAvro } from './avro-value.js'

it("reads what Ottla's codec wrote, without it", async () => {
  const registry = new MemoryRegistry()
  const codec = new AvroCodec(registry)
  const definition = messageDefinition(Withdrawn)
  await codec.prepare('bank.events', [definition])
  for (const amount of [0, 1, -1, 63, 64, -65, 2_147_483_647, -2_147_483_648]) {
    const bytes = Buffer.from(codec.encode('bank.events', definition, new Withdrawn({ account: 'Zoë', amount, transfer: '' })))
    const schema = JSON.parse((await registry.schemaById(bytes.readInt32BE(1))).schema) as AvroSchema
    expect(decodeAvro(schema, bytes.subarray(5))).toEqual({ account: 'Zoë', amount, transfer: '' })
  }
})
