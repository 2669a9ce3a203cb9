import { randomUUID } from 'node:crypto'
import { isOttlaError } from '@ottla/core'
import type { CompatibilityLevel, RegisteredSchema, RegistryVerdict, SchemaRegistry } from '@ottla/eventstore'
import { HttpRegistry, kafka } from '@ottla/eventstore/kafka'
import { registryContract } from '@ottla/testing'
import { type KafkaCluster, startKafka } from '@ottla/testing/kafka'
import { Aggregate, Apply, Command, createApp, Event, Handle, Id, Message } from 'ottla'
import { afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './kafka-log.fixture.js'

@Command('count.Count')
class Count extends Message<Count> {
  @Id() id!: string
}

@Event('count.Counted')
class Counted extends Message<Counted> {}

@Aggregate('counter')
class Counter {
  count = 0

  @Handle(Count) decide() {
    return new Counted({})
  }

  @Apply(Counted) counted() {
    this.count++
  }
}

const opened: HttpRegistry[] = []

afterEach(() => {
  for (const registry of opened.splice(0)) registry.close()
})

function open(options: Partial<ConstructorParameters<typeof HttpRegistry>[0]> = {}): HttpRegistry {
  const registry = new HttpRegistry({ url: inject('registryUrl'), ...options })
  opened.push(registry)
  return registry
}

/** A registry of its own inside the shared one: the names of all its subjects begin with a random text. */
class OwnSubjects implements SchemaRegistry {
  readonly #prefix = `${randomUUID()}-`

  constructor(private readonly registry: SchemaRegistry) {}

  register(subject: string, schema: string): Promise<number> {
    return this.registry.register(this.#prefix + subject, schema)
  }

  schemaById(id: number): Promise<RegisteredSchema> {
    return this.registry.schemaById(id)
  }

  latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.registry.latest(this.#prefix + subject)
  }

  versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.registry.versions(this.#prefix + subject)
  }

  compatibility(subject: string): Promise<CompatibilityLevel> {
    return this.registry.compatibility(this.#prefix + subject)
  }

  ownCompatibility(subject: string): Promise<CompatibilityLevel | undefined> {
    return this.registry.ownCompatibility(this.#prefix + subject)
  }

  setCompatibility(subject: string, level: CompatibilityLevel): Promise<void> {
    return this.registry.setCompatibility(this.#prefix + subject, level)
  }

  check(subject: string, schema: string): Promise<RegistryVerdict> {
    return this.registry.check(this.#prefix + subject, schema)
  }

  async subjects(): Promise<readonly string[]> {
    const own = (await this.registry.subjects()).filter(subject => subject.startsWith(this.#prefix))
    return own.map(subject => subject.slice(this.#prefix.length))
  }
}

describe('the registry over HTTP', () => {
  for (const { name, run } of registryContract) test(name, () => run(() => new OwnSubjects(open())))
})

const record = (...fields: readonly { readonly name: string; readonly type: string }[]) => JSON.stringify({ name: 'shop.Order', type: 'record', fields })
const id = { name: 'id', type: 'string' }
const must = { name: 'must', type: 'string' }

/** The level of a subject as an operator sees and sets it. */
async function levelOf(subject: string, set?: string): Promise<unknown> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const init = set === undefined ? {} : { method: 'PUT', headers, body: JSON.stringify({ compatibility: set }) }
  const response = await fetch(`${inject('registryUrl')}/config/${subject}`, init)
  const { compatibilityLevel, compatibility } = (await response.json()) as Record<string, unknown>
  return compatibilityLevel ?? compatibility
}

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'no error',
    (error: unknown) => (isOttlaError(error) ? error.code : error),
  )

describe('the level of a subject', () => {
  const newSubject = () => `levels-${randomUUID()}`

  test('is BACKWARD_TRANSITIVE where Ottla makes the subject, and holds from the first version on', async () => {
    const subject = newSubject()
    await open().register(subject, record(id))
    expect(await levelOf(subject)).toBe('BACKWARD_TRANSITIVE')
    const error = await open()
      .register(subject, record(id, must))
      .catch((failure: Error) => failure)
    expect(`${error}`).toMatch(
      new RegExp(`SCHEMA_INCOMPATIBLE: The schema is not BACKWARD_TRANSITIVE compatible with the earlier ones of subject ${subject} \\(.+\\)`),
    )
    expect(await open().versions(subject)).toHaveLength(1)
  })

  test('is the one of the option where one is given', async () => {
    const subject = newSubject()
    await open({ compatibility: 'FORWARD' }).register(subject, record(id))
    expect(await levelOf(subject)).toBe('FORWARD')
  })

  test.each(['NONE', 'FULL'])('stays %s where an operator set that before the subject had a version', async level => {
    const subject = newSubject()
    await levelOf(subject, level)
    await open().register(subject, record(id))
    expect(await levelOf(subject)).toBe(level)
  })

  test.each(['NONE', 'FULL'])('stays %s where an operator set that later', async level => {
    const subject = newSubject()
    await open().register(subject, record(id))
    await levelOf(subject, level)
    expect(await codeOf(open().register(subject, record(id, must)))).toBe(level === 'NONE' ? 'no error' : 'SCHEMA_INCOMPATIBLE')
    expect(await levelOf(subject)).toBe(level)
  })

  test('is set once when several nodes start at the same time', async () => {
    const subject = newSubject()
    const ids = await Promise.all(Array.from({ length: 4 }, () => open().register(subject, record(id))))
    expect(new Set(ids).size).toBe(1)
    expect(await open().versions(subject)).toHaveLength(1)
    expect(await levelOf(subject)).toBe('BACKWARD_TRANSITIVE')
  })
})

describe('what Apicurio refuses', () => {
  test('is SCHEMA_INVALID where JSON is no schema of Avro', async () => {
    expect(await codeOf(open().register(randomUUID(), '{"type":"nothing"}'))).toBe('SCHEMA_INVALID')
  })

  test('is REGISTRY_UNEXPECTED where the URL is not the one of the API', async () => {
    const url = new URL(inject('registryUrl')).origin
    expect(await codeOf(open({ url }).register('a', '"int"'))).toBe('REGISTRY_UNEXPECTED')
    expect(await codeOf(open({ url: `${inject('registryUrl')}/` }).subjects())).toBe('no error')
  })
})

describe.skipIf(process.env.SCHEMA_REGISTRY_URL)('a registry that is killed', () => {
  let cluster: KafkaCluster

  beforeAll(async () => {
    cluster = await startKafka({ registry: true })
    return () => cluster.stop()
  })

  test('is REGISTRY_UNAVAILABLE for what is not known yet, and heals in the same registry when it is back', async () => {
    const registry = open({ url: cluster.registryUrl, startTimeout: 0 })
    const known = await registry.register('a', record(id))
    await cluster.killRegistry()
    expect(await registry.register('a', record(id))).toBe(known)
    expect((await registry.schemaById(known)).schema).toBe(record(id))
    expect(await codeOf(open({ url: cluster.registryUrl }).schemaById(known))).toBe('REGISTRY_UNAVAILABLE')
    expect(await codeOf(registry.register('b', record(id)))).toBe('REGISTRY_UNAVAILABLE')
    await cluster.startRegistry()
    expect(await registry.register('b', record(id))).toBe(known)
    expect(await registry.versions('a')).toEqual([{ id: known, schema: record(id) }])
  })

  test('is waited for at the start of an app', async () => {
    await cluster.killRegistry()
    const starting = open({ url: cluster.registryUrl, startTimeout: 60_000 }).register('c', record(id))
    await cluster.startRegistry()
    expect(await starting).toBeGreaterThan(0)
  })

  test('fails the start of an app with an error that names it, and the same folder starts when it is back', async () => {
    const { url, folder } = { url: `${cluster.registryUrl}`.replace('//', '//ottilie:secret@'), folder: temporaryFolder() }
    const log = (startTimeout: number) => kafka({ brokers: cluster.brokers, registry: { url, startTimeout }, folder })
    await cluster.killRegistry()
    const error = await createApp({ name: 'starting', modules: [Counter], log: log(300) }).catch((failure: Error) => failure)
    expect(`${error}`).toMatch(
      /^OttlaError: REGISTRY_UNAVAILABLE: The schema registry http:\/\/127\.0\.0\.1:\d+\/apis\/ccompat\/v7 does not answer \(.*ECONNREFUSED/,
    )
    await cluster.startRegistry()
    const app = await createApp({ name: 'starting', modules: [Counter], log: log(30_000) })
    onTestFinished(() => app.stop())
    expect((await app.send(new Count({ id: 'a' }))).outcome).toBe('accepted')
  })

  test('is not missed by an app that runs', async () => {
    const log = kafka({ brokers: cluster.brokers, registry: cluster.registryUrl, folder: temporaryFolder() })
    const app = await createApp({ name: 'running', modules: [Counter], log })
    onTestFinished(() => app.stop())
    await cluster.killRegistry()
    onTestFinished(() => cluster.startRegistry())
    for (const id of ['a', 'b', 'c']) expect((await app.send(new Count({ id }))).outcome).toBe('accepted')
  })
})
