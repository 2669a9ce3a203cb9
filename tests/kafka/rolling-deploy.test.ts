import { randomUUID } from 'node:crypto'
import { AvroCodec, appTopics, eventEnvelope, outcomeEnvelope, readDeadLetters } from '@ottla/eventstore'
import { kafka } from '@ottla/eventstore/kafka'
import { compareViews, findProjection, type ProjectionDefinition, rebuildView, viewPath } from '@ottla/projections'
import { expect, inject, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './kafka-log.fixture.js'
import { Clients } from './rolling/clients.js'
import { recordsOf } from './rolling/log-records.js'
import { Boxes } from './rolling/new-version.js'
import { NodeProcess } from './rolling/node-process.js'
import type { Version } from './rolling/protocol.js'

const shards = 4
const boxes = 10

/** A post office of two places; what runs at each is replaced, one at a time, while clients send. */
class PostOffice {
  readonly app = `post-${randomUUID().slice(0, 8)}`
  readonly folders = [temporaryFolder(), temporaryFolder()]
  readonly nodes: NodeProcess[] = []

  /** Starts a version at a place, after ending what runs there. */
  async deploy(place: number, version: Version, how: 'stop' | 'kill' = 'stop'): Promise<void> {
    const former = this.nodes[place]
    const code = await former?.end(how)
    if (former && how === 'stop') expect([code, former.complaint]).toEqual([0, ''])
    const settings = { version, app: this.app, shards, brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder: this.folders[place] as string }
    this.nodes[place] = await new NodeProcess(settings).ready()
  }

  async end(how: 'stop' | 'kill'): Promise<void> {
    await Promise.all(this.nodes.map(node => node.end(how)))
  }
}

test('Two versions of an app run side by side, are restarted one by one in both directions under load, and nothing is lost, done twice or set aside', {
  timeout: 300_000,
}, async () => {
  const office = new PostOffice()
  onTestFinished(() => office.end('kill'))
  await office.deploy(0, 'old')
  await office.deploy(1, 'old')
  const clients = new Clients(boxes, () => office.nodes)
  clients.start(12)
  await clients.more(40)
  for (const [place, version, how] of [
    [0, 'new', 'stop'],
    [1, 'new', 'kill'],
    [0, 'old', 'stop'],
    [0, 'new', 'stop'],
    [1, 'old', 'kill'],
    [1, 'new', 'stop'],
  ] as const) {
    await office.deploy(place, version, how)
    await clients.more(40)
  }
  await clients.stop()

  const { log, registry } = await kafka({ brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder: temporaryFolder() }).open()
  onTestFinished(() => log.close())
  const topics = appTopics(office.app)
  const events = async () => (await recordsOf(log, topics.events)).flatMap(record => eventEnvelope(record) ?? [])
  const ofType = (all: Awaited<ReturnType<typeof events>>, ...types: readonly string[]) => all.filter(({ type }) => types.includes(type))

  // Each letter and label is thanked for by a saga; those of the new version may have waited for a node that knows them.
  const isThanked = async () => {
    const all = await events()
    return ofType(all, 'post.Thanked').length >= ofType(all, 'post.Received', 'post.Labelled').length
  }
  await expect.poll(isThanked, { timeout: 60_000, interval: 500 }).toBe(true)

  const definition = findProjection(Boxes) as ProjectionDefinition
  const rebuilt = temporaryFolder()
  await rebuildView({ definition, log, codec: new AvroCodec(registry), topics: [topics.events], folder: rebuilt })
  const differences = () => office.folders.flatMap(folder => compareViews(viewPath(folder, 'boxes'), viewPath(rebuilt, 'boxes')))
  await expect.poll(differences, { timeout: 30_000, interval: 200 }).toEqual([])
  await office.end('stop')

  const written = await events()
  expect(new Set(clients.answered.values())).toEqual(new Set(['accepted']))
  expect([...clients.answered.keys()].sort()).toEqual([...clients.given].sort())
  const decided = ofType(written, 'post.Received', 'post.Labelled').map(({ commandId }) => commandId)
  expect(decided.sort()).toEqual([...clients.given].sort())
  expect(ofType(written, 'post.Labelled').length).toBeGreaterThan(10)
  const thanked = ofType(written, 'post.Thanked').map(({ stream }) => stream.id)
  expect(thanked.sort()).toEqual([...clients.given].map(id => id.replace('c-', 'letter-')).sort())
  expect((await recordsOf(log, topics.outcomes)).flatMap(record => outcomeEnvelope(record) ?? [])).toEqual([])
  expect(await readDeadLetters({ app: office.app, log })).toEqual([])
})
