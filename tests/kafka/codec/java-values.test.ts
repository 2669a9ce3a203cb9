import { event, type MessageClass, type MessageDefinition, messageDefinition, normalizeMessage } from '@ottla/core'
import { AvroCodec } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { RandomMessages } from '../../codec/random-messages.js'
import { Random } from '../../simulation/random.js'
import { askOracle } from '../compatibility/ask-oracle.js'
import { messageText } from './value-text.js'

const seed = Number(process.env.OTTLA_SEED ?? 20_261_121)
const models = 300
const messages = 5

interface Case {
  readonly definition: MessageDefinition
  readonly schema: string
  readonly message: object
  readonly bytes: Buffer
}

interface Answer {
  readonly value?: unknown
  readonly bytes?: string
  readonly error?: string
}

const newCodec = () => new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
const codec = newCodec()
const ask = (questions: readonly object[]) => askOracle<Answer>(questions, new URL('Values.java', import.meta.url))
const cases: Case[] = []

beforeAll(async () => {
  const random = new RandomMessages(new Random(seed))
  for (let model = 0; model < models; model++) {
    const definition = random.definition()
    const schema = await schemaOf(codec, definition)
    for (let each = 0; each < messages; each++) {
      const message = random.message(definition)
      cases.push({ definition, schema, message, bytes: codec.encode('t', definition, message) })
    }
  }
})

describe(`Avro for Java, with ${models} random schemas (OTTLA_SEED=${seed})`, () => {
  test('reads what Ottla wrote, value for value', async () => {
    const answers = await ask(cases.map(({ schema, bytes }) => ({ writer: schema, reader: schema, bytes: bytes.subarray(5).toString('hex') })))
    for (const [index, { definition, schema, message }] of cases.entries()) {
      expect(answers[index], schema).toEqual({ value: messageText(definition, normalizeMessage(definition, message)) })
    }
  })

  test('writes what Ottla reads, value for value', async () => {
    const answers = await ask(
      cases.map(({ definition, schema, message }) => ({ writer: schema, value: messageText(definition, normalizeMessage(definition, message)) })),
    )
    for (const [index, { definition, schema, message, bytes }] of cases.entries()) {
      expect(answers[index]?.error, schema).toBeUndefined()
      const java = Buffer.concat([bytes.subarray(0, 5), Buffer.from(answers[index]?.bytes ?? '', 'hex')])
      expect(codec.decode(definition, java), schema).toEqual(normalizeMessage(definition, message))
    }
  })

  test('gives the same defaults to what an older record does not have', async () => {
    const random = new RandomMessages(new Random(seed + 1))
    const codec = newCodec()
    const defaults: Case[] = []
    for (let model = 0; model < models; model++) {
      const all = random.definition()
      const fields = all.fields.filter(({ type }) => type.default !== undefined || type.kind === 'optional')
      const older = messageDefinition(event(all.name, {}) as MessageClass)
      const definition = messageDefinition(event(all.name, Object.fromEntries(fields.map(({ name, type }) => [name, type]))) as MessageClass)
      await codec.prepare('older', [older])
      defaults.push({
        definition,
        schema: await schemaOf(codec, definition),
        message: normalizeMessage(definition, new definition.class({})),
        bytes: codec.encode('older', older, {}),
      })
    }
    const answers = await ask(
      defaults.map(({ definition, schema }) => ({ writer: JSON.stringify({ type: 'record', name: definition.name, fields: [] }), reader: schema, bytes: '' })),
    )
    for (const [index, { definition, schema, message, bytes }] of defaults.entries()) {
      expect(codec.decode(definition, bytes), schema).toEqual(message)
      expect(answers[index], schema).toEqual({ value: messageText(definition, message) })
    }
  })
})

/** The schema of a definition, which is registered for this codec, too. */
async function schemaOf(codec: AvroCodec, definition: MessageDefinition): Promise<string> {
  const registry = new EmbeddedRegistry(new Database(':memory:'), false)
  await new AvroCodec(registry).prepare('t', [definition])
  await codec.prepare('t', [definition])
  const [version] = await registry.versions(`t-${definition.name}`)
  return version?.schema ?? ''
}
