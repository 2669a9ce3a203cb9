import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findAggregate, type MessageDefinition } from '@ottla/core'
import { AvroCodec, appTopics, type LogRecord } from '@ottla/eventstore'
import { findSaga } from '@ottla/saga'
import { type App, createApp, embedded, messageDefinition } from 'ottla'
import { folderOf, plainFields } from './released-version.js'
import { type SampleApp, sampleApp, sampleModel } from './sample-app.js'
import { amounts, sampleOf } from './samples.js'

/**
 * Keeps the bytes of every event and command as this version writes them, for ever: two of each, and all events of a short run of the sample. A step of each release, before its
 * tag (CONTRIBUTING.md); a version that is there already is left alone, since bytes that were released do not change.
 */
async function writeVersion(version: string): Promise<void> {
  const target = folderOf(version)
  if (existsSync(target)) throw new Error(`${target} is there already: what a released version has written does not change.`)
  const data = mkdtempSync(join(tmpdir(), 'ottla-released-'))
  try {
    const sample = await sampleApp()
    await run(sample, data)
    mkdirSync(join(target, 'schemas'), { recursive: true })
    await keep(sample, data, target)
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
  console.log(`The events of version ${version} are in ${target}: commit them.`)
}

/** Two orders of the sample, one confirmed and one cancelled, with all that they cause. */
async function run(sample: SampleApp, data: string): Promise<void> {
  const app = await createApp({ ...sample, log: embedded(data), shards: 1 })
  const saga = sample.modules.find(module => findSaga(module)) as (typeof sample.modules)[number]
  const make = (type: string, fields: object) => new (commandClass(sample, type))(fields)
  await app.send(make('shop.ReceiveStock', { productId: 'p-1', quantity: 5 }))
  for (const [orderId, amount] of [
    ['o-1', '2500'],
    ['o-2', '2500.0001'],
  ]) {
    const lines = [{ productId: 'p-1', category: 'Paper', quantity: 2, amount }]
    await app.send(make('shop.PlaceOrder', { orderId, region: 'West', shipMode: 'Same Day', lines }))
    await ended(app, saga, orderId as string)
  }
  await app.stop()
}

async function ended(app: App, saga: Parameters<App['state']>[0], id: string): Promise<void> {
  for await (const { type, stream } of app.events({ follow: true })) {
    if (stream.id === id && ['ottla.saga.SagaCompleted', 'ottla.saga.SagaCompensated'].includes(type)) return
    if (type === 'ottla.saga.SagaParked') throw new Error(`Saga ${id} is parked: ${JSON.stringify(await app.state(saga, id))}`)
  }
}

async function keep(sample: SampleApp, data: string, target: string): Promise<void> {
  const { log, registry } = await embedded(data).open()
  try {
    const codec = new AvroCodec(registry)
    const model = sampleModel(sample, codec)
    const topics = appTopics(sample.name)
    await codec.prepare(topics.events, model.events)
    await codec.prepare(topics.commands, model.commands)
    const written = [...keepSamples(codec, topics.events, model.events, target), ...keepSamples(codec, topics.commands, model.commands, target)]
    const records = await allRecords(log, topics.events)
    writeFileSync(join(target, 'run.jsonl'), records.map(lineOf).join(''))
    const ids = new Set([...written, ...records.flatMap(({ value }) => bytesWithin(value as Buffer, codec))].map(bytes => bytes.readUInt32BE(1)))
    for (const id of ids) writeFileSync(join(target, 'schemas', `${id}.avsc`), `${(await registry.schemaById(id)).schema}\n`)
  } finally {
    await log.close()
  }
}

function keepSamples(codec: AvroCodec, topic: string, definitions: readonly MessageDefinition[], target: string): Buffer[] {
  return definitions.flatMap(definition =>
    amounts.map(amount => {
      const bytes = codec.encode(topic, definition, sampleOf(definition, amount))
      const { type, fields } = codec.decodePlain(bytes)
      const file = join(target, `${type}.${amount}`)
      writeFileSync(`${file}.bin`, bytes)
      writeFileSync(`${file}.json`, `${JSON.stringify({ kind: definition.kind, type, amount, fields: plainFields(fields) }, null, 2)}\n`)
      return bytes
    }),
  )
}

async function allRecords(log: Awaited<ReturnType<ReturnType<typeof embedded>['open']>>['log'], topic: string): Promise<LogRecord[]> {
  const [end = 0] = await log.admin.endOffsets(topic)
  const reader = log.reader({ from: [{ topic, partition: 0, offset: 0 }] })
  const records: LogRecord[] = []
  for await (const batch of reader) {
    records.push(...batch.records)
    if (batch.next >= end) break
  }
  await reader.close()
  return records
}

const lineOf = ({ key, headers, value }: LogRecord): string => `${JSON.stringify({ key, headers, value: value?.toString('base64') })}\n`

/** The bytes themselves, and the messages that the events of sagas hold. */
function bytesWithin(bytes: Buffer, codec: AvroCodec): Buffer[] {
  const inner = (value: unknown): Buffer[] => {
    if (value instanceof Uint8Array) return value.length > 5 && value[0] === 0 ? [Buffer.from(value)] : []
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(inner) : []
  }
  return [bytes, ...inner(codec.decodePlain(bytes).fields)]
}

function commandClass({ modules }: SampleApp, type: string) {
  const commands = modules.flatMap(module => findAggregate(module)?.handlers.map(({ command }) => command) ?? [])
  const found = commands.find(message => messageDefinition(message).name === type)
  if (!found) throw new Error(`The sample has no command ${type}: change this program with it.`)
  return found
}

const { version } = JSON.parse(readFileSync(join(folderOf('../../package.json')), 'utf8')) as { version: string }
await writeVersion(version)
