import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { kafkaJars } from '@ottla/testing/kafka'
import type { CommittedOffset, LoggedRecord, PartitionEnd, Topics } from '../checks/history.js'
import { readerProgram } from '../places.js'
import { type AvroSchema, decodeAvro } from './avro-value.js'

type Line = LoggedRecord & { readonly value: string | null; readonly end?: PartitionEnd; readonly committed?: CommittedOffset }

/** The class path of the reader, which is compiled once in each process: a run reads many times. */
let compiled: Promise<string> | undefined

async function compile(): Promise<string> {
  const jars = `${await kafkaJars()}/*`
  const folder = mkdtempSync(join(tmpdir(), 'ottla-reader-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await promisify(execFile)(tool('javac'), ['-cp', jars, '-d', folder, readerProgram])
  return `${folder}${delimiter}${jars}`
}

function tool(name: string): string {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', name) : name
}

/** Everything that is committed in the topics of an app, read by Kafka's own Java consumer; the bank's events are decoded with the registry's schemas. */
export async function readTopics(brokers: readonly string[], registry: string, app: string): Promise<Topics> {
  const topics = ['commands', 'events', 'outcomes'].map(topic => `${app}.${topic}`)
  compiled ??= compile()
  const parameters = ['-Xmx512m', '-XX:+UseSerialGC', '-cp', await compiled, 'ReadTopics', brokers.join(','), app, topics.join(',')]
  const reader = spawn(tool('java'), parameters, { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  reader.stderr.on('data', text => {
    complaints = `${complaints}${text}`.slice(-4000)
  })
  const closed = once(reader, 'close')
  const schemas = new Map<number, AvroSchema>()
  const found = { records: [] as LoggedRecord[], ends: [] as PartitionEnd[], committed: [] as CommittedOffset[] }
  for await (const text of createInterface(reader.stdout)) {
    const line = JSON.parse(text) as Line
    if (line.end) found.ends.push(line.end)
    else if (line.committed) found.committed.push(line.committed)
    else found.records.push({ ...line, fields: await decodeBankMessage(line, registry, schemas) } as LoggedRecord)
  }
  const [code] = (await closed) as [number]
  if (code !== 0) throw new Error(`The Java reader ended with exit code ${code}: ${complaints}`)
  return found
}

async function decodeBankMessage({ value, headers }: Line, registry: string, schemas: Map<number, AvroSchema>): Promise<Record<string, unknown>> {
  if (value === null || !headers.type?.startsWith('bank.') || !headers.version) return {}
  const bytes = Buffer.from(value, 'base64')
  if (bytes[0] !== 0) throw new Error(`A value of ${headers.type} does not begin with byte 0`)
  const id = bytes.readInt32BE(1)
  const schema = schemas.get(id) ?? (await fetchSchema(registry, id))
  schemas.set(id, schema)
  return decodeAvro(schema, bytes.subarray(5))
}

async function fetchSchema(registry: string, id: number): Promise<AvroSchema> {
  const answer = await fetch(`${registry}/schemas/ids/${id}`)
  if (!answer.ok) throw new Error(`The registry answers ${answer.status} for schema ${id}`)
  return JSON.parse(((await answer.json()) as { schema: string }).schema) as AvroSchema
}
