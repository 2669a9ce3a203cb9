import { randomUUID } from 'node:crypto'
import { readDeadLetters } from '@ottla/eventstore'
import { kafka } from '@ottla/eventstore/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { Aggregate, Apply, Command, createApp, Event, Field, Handle, Id, Message, On, Projection, type View } from 'ottla'
import { expect, inject, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './kafka-log.fixture.js'

@Event('count.Counted')
class Counted extends Message<Counted> {
  @Field() id!: string
}

@Command('count.Count')
class Count extends Message<Count> {
  @Id() id!: string
}

@Aggregate('counter')
class Counter {
  count = 0
  @Handle(Count) decide({ id }: Count) {
    return new Counted({ id })
  }
  @Apply(Counted) counted() {
    this.count++
  }
}

@Projection('counts', { schema: 'create table counts (id text primary key, count integer)' })
class Counts {
  @On(Counted) counted({ id }: Counted, view: View) {
    const { count = 0 } = view.get<{ count: number }>('select count from counts where id = ?', id) ?? {}
    view.upsert('counts', { id, count: count + 1 })
  }
}

test('Records that another program has written to the topics of an app are set aside, and the app goes on', async () => {
  const name = `count-${randomUUID().slice(0, 8)}`
  const brokers = inject('kafkaBrokers')
  const log = kafka({ brokers, registry: inject('registryUrl'), folder: temporaryFolder() })
  const app = await createApp({ name, shards: 1, modules: [Counter, Counts], log })
  onTestFinished(() => app.stop())
  await app.send(new Count({ id: 'a' }))

  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const command = { message: 'command', type: 'count.Count', command: 'c-1' }
  await producer.send({ topic: `${name}.commands`, messages: [{ key: 'a', value: 'hello', headers: command }] })
  // An event of a schema that the registry does not have, of a stream of its own.
  const event = { type: 'count.Counted', stream: 'counter', version: '1', command: 'c-2' }
  await producer.send({ topic: `${name}.events`, messages: [{ key: 'b', value: Buffer.from([0, 0, 15, 66, 63, 0]), headers: event }] })
  await producer.disconnect()

  const receipt = await app.send(new Count({ id: 'a' }))
  expect(receipt).toMatchObject({ outcome: 'accepted', version: 2 })
  const view = await app.view(Counts, { after: receipt })
  expect(view.all('select * from counts')).toEqual([{ id: 'a', count: 2 }])
  expect(app.health().problems.map(({ code }) => code)).toEqual(['VIEW_DEGRADED'])

  const reading = await kafka({ brokers, registry: inject('registryUrl'), folder: temporaryFolder() }).open({ readOnly: true })
  onTestFinished(() => reading.log.close())
  const letters = async () => (await readDeadLetters({ app: name, log: reading.log })).map(({ id, code, value }) => [id, code, value?.toString('hex')])
  await expect.poll(letters, { timeout: 40_000 }).toEqual([
    [`inbox/${name}.commands-0@0`, 'RECORD_FORMAT_UNKNOWN', Buffer.from('hello').toString('hex')],
    [expect.stringMatching(`^view:counts/${name}.events-0@\\d+$`), 'SCHEMA_UNKNOWN', '00000f423f00'],
  ])
})
