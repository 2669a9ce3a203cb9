import { join } from 'node:path'
import { AvroCodec, type LogRecord } from '@ottla/eventstore'
import { HttpRegistry } from '@ottla/eventstore/kafka'
import { embedded } from 'ottla'
import { describe, expect, onTestFinished, test } from 'vitest'
import { build } from '../built.js'
import { ottla } from '../cli/run-ottla.js'
import { runSample } from '../order-saga/started-sample.js'
import { askPython, preparePython } from './python/python-client.js'
import { startRegistry, temporaryFolder } from './registry-process.fixture.js'

const missing = await preparePython()

describe.skipIf(missing !== undefined)("Confluent's client for Python", { timeout: 120_000 }, () => {
  test('registers, finds, checks, refers and deletes, and gets the codes of the original', async () => {
    const { url } = await startRegistry(temporaryFolder())
    const said = await askPython({ url, events: [] })
    expect(said).toMatchObject({
      subjects_and_versions: {
        ids: [1, 2, 1],
        schema: { type: 'record', name: 'py.A', fields: [{ name: 'id', type: 'string' }] },
        latest: [2, 2, 'py-a'],
        found: [1, 1],
        versions: [1, 2],
        subjects: ['py-a', 'py-b'],
        subjectsOfId: ['py-a', 'py-b'],
        types: ['AVRO'],
      },
      compatibility: {
        global: 'BACKWARD_TRANSITIVE',
        own: [[404, 40_408], 'FULL_TRANSITIVE'],
        fits: true,
        breaks: [false, false],
        refused: [409, 409],
        invalid: [422, 42_201],
        unknownLevel: [422, 42_203],
        unknownSubject: [404, 40_401],
        unknownVersion: [404, 40_402],
        unknownId: [404, 40_403],
        mode: 'READWRITE',
      },
      references: { reference: ['py.A', 'py-a', 1], referencedBy: true, refused: [422, 42_206] },
      deletions: { tooEarly: [404, 40_405], soft: 1, versions: [404, 40_401], subjects: ['py-a', 'py-b', 'py-box'], hard: [1] },
      written: { readBack: true },
    })
  })

  test('writes what Ottla reads, to the last digit', async () => {
    const { url } = await startRegistry(temporaryFolder())
    const { written } = (await askPython({ url, events: [] })) as unknown as { written: { bytes: string } }
    const registry = new HttpRegistry({ url })
    onTestFinished(() => registry.close())
    const [bytes, codec] = [Buffer.from(written.bytes, 'base64'), new AvroCodec(registry)]
    await codec.learn(bytes)
    expect(codec.decodePlain(bytes)).toEqual({ type: 'py.Written', fields: { id: 'é€😀', amount: '-1234567890.5', count: -(2n ** 63n) } })
  })

  test("reads every event of the sample app that Ottla wrote, with the folder's own schemas", async () => {
    build('examples/order-saga')
    const data = join(temporaryFolder(), 'data')
    expect((await runSample('--limit', '20', '--json', '--data', data)).code).toBe(0)
    const { url } = await startRegistry(data)
    const records = await recordsOf(data, 'order-saga.events')
    const { events } = await askPython({ url, events: records.map(({ value }) => Buffer.from(value ?? []).toString('base64')) })
    expect(withoutNulls(events)).toEqual(await asOttlaReads(data, records))
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(8)
  })
})

/** All records of a topic, beside the process that has the folder. */
async function recordsOf(data: string, topic: string): Promise<readonly LogRecord[]> {
  const { log } = await embedded(data, { readOnly: true }).open()
  const ends = await log.admin.endOffsets(topic)
  const reader = log.reader({ from: ends.map((_, partition) => ({ topic, partition, offset: 0 })) })
  const records: LogRecord[] = []
  const count = ends.reduce((sum, end) => sum + end, 0)
  for await (const batch of reader) {
    records.push(...batch.records)
    if (records.length >= count) break
  }
  await log.close()
  return records
}

/** What `ottla events` says of the same records: type and fields, every number as text. */
async function asOttlaReads(data: string, records: readonly LogRecord[]) {
  const { stdout } = await ottla(['events', '--data', data, '--json'])
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { partition: number; offset: number; type: string; message: unknown })
  const byPlace = new Map(lines.map(({ partition, offset, type, message }) => [`${partition}/${offset}`, { type, fields: textOf(message) }]))
  return records.map(({ partition, offset }) => byPlace.get(`${partition}/${offset}`))
}

function textOf(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_, value) => (typeof value === 'number' ? String(value) : value))
}

/** An optional field without a value is null for Avro, and is not there for Ottla. */
function withoutNulls(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_, value) => value ?? undefined)
}
