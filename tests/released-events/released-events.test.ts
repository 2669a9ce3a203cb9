import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AvroCodec, eventEnvelope, readEvent, type ShardModel } from '@ottla/eventstore'
import type { SagaState } from '@ottla/saga'
import { beforeAll, describe, expect, it } from 'vitest'
import { plainFields, releasedVersions, type WrittenMessage, writtenMessages, writtenRecords, writtenSchemas } from './released-version.js'
import { sampleApp, sampleModel } from './sample-app.js'

const { version: current } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
const sample = await sampleApp()

it('of this version are kept: else run npm run release:events', () => {
  expect(releasedVersions()).toContain(current)
})

describe.each(releasedVersions())('the events and commands of version %s', version => {
  const codec = new AvroCodec(writtenSchemas(version))
  const model = sampleModel(sample, codec)

  /** What today's code makes of the message: one, or what its upcasters say. */
  const readToday = ({ kind, type, bytes }: WrittenMessage) => {
    if (kind === 'event') return readEvent(type, bytes, { codec, model })
    const definition = model.message(type)
    return definition ? [{ definition, message: codec.decode(definition, bytes) }] : []
  }

  const messages = writtenMessages(version)
  beforeAll(() => Promise.all([...messages.map(({ bytes }) => bytes), ...recordsOf(version).map(({ value }) => value)].map(bytes => codec.learn(bytes))))

  it.each(messages.map(message => [`${message.type} (${message.amount})`, message] as const))('%s is read as it was written', (_, message) => {
    expect(plainFields(codec.decodePlain(message.bytes).fields)).toEqual(message.fields)
    const forms = readToday(message)
    if (message.kind === 'command' || model.upcasters.older(message.type)) return
    expect(forms.map(({ message: today }) => shared(plainFields(today), message.fields))).toEqual([shared(message.fields, plainFields(forms[0]?.message))])
  })

  it('of a run are applied to their aggregates and sagas, none of which is unreadable or parked', async () => {
    await learnWithin(codec, version)
    const states = fold(version, codec, model)
    expect([...states.keys()]).toEqual(
      expect.arrayContaining(['order/o-1', 'order/o-2', 'fulfil-order/o-1', 'fulfil-order/o-2', 'stock-item/p-1', 'payment/o-1', 'shipment/o-1']),
    )
    for (const [name, { state }] of states) if (name.startsWith('fulfil-order/')) expect((state as SagaState).progress.broken).toBeUndefined()
  })
})

const recordsOf = (version: string) => writtenRecords(version).map(record => ({ ...record, value: Buffer.from(record.value, 'base64') }))

/** The schemas of the messages that the events of sagas hold: an owner learns them when they are asked for. */
async function learnWithin(codec: AvroCodec, version: string): Promise<void> {
  const within = (value: unknown): Uint8Array[] => {
    if (value instanceof Uint8Array) return value.length > 5 && value[0] === 0 ? [value] : []
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(within) : []
  }
  for (const { value } of recordsOf(version)) for (const bytes of within(codec.decodePlain(value).fields)) await codec.learn(bytes)
}

/** The states that the events of the run make, by stream. Throws where a version is missing, or an event cannot be read or applied. */
function fold(version: string, codec: AvroCodec, model: ShardModel): ReadonlyMap<string, { readonly state: object; readonly version: number }> {
  const states = new Map<string, { readonly state: object; readonly version: number }>()
  for (const record of recordsOf(version)) {
    const envelope = eventEnvelope(record)
    const participant = envelope && model.participant(envelope.stream.participant)
    if (!envelope || !participant) throw new Error(`Nobody knows the stream of ${JSON.stringify(record.headers)}`)
    const { participant: name, id } = envelope.stream
    const before = states.get(`${name}/${id}`) ?? { state: participant.initialState(id), version: 0 }
    expect(envelope.version).toBe(before.version + 1)
    for (const event of readEvent(envelope.type, record.value, { codec, model }))
      participant.evolve(before.state, event, { id, version: envelope.version, timestamp: 0 })
    states.set(`${name}/${id}`, { state: before.state, version: envelope.version })
  }
  return states
}

/** `fields` without those that `other` does not have: later versions may add fields that may be absent, and leave others out. */
function shared(fields: unknown, other: unknown): unknown {
  if (Array.isArray(fields)) return fields.map((field, index) => shared(field, (other as unknown[] | undefined)?.[index]))
  if (typeof fields !== 'object' || fields === null || typeof other !== 'object' || other === null) return fields
  const known = Object.entries(fields).filter(([name]) => name in other)
  return Object.fromEntries(known.map(([name, field]) => [name, shared(field, (other as Record<string, unknown>)[name])]))
}
