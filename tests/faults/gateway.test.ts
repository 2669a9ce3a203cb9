import { expect, it } from 'vitest'
import { openKafkaLog } from '../kafka/kafka-log.fixture.js'
import { proxiedBroker } from '../kafka/proxied-broker.fixture.js'
import { newRecord, newTopic, values } from '../kafka/records.fixture.js'

it('2,000 sends of 8 callers, of which 5 % lose their acknowledgement, leave every record once', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const producer = await log.producer()
  faults.kinds = ['lose answer']
  faults.apis = new Set(['Produce'])
  faults.rate = 0.05
  const caller = async (name: number) => {
    for (let n = 0; n < 250; n++) await producer.send([newRecord(topic, `${name}-${n}`)])
  }
  await Promise.all(Array.from({ length: 8 }, (_, name) => caller(name)))
  faults.rate = 0
  await producer.close()
  expect(faults.total).toBeGreaterThan(5)
  const written = await values(log, topic)
  expect(written).toHaveLength(2_000)
  for (let name = 0; name < 8; name++) {
    expect(written.filter(value => value?.startsWith(`${name}-`))).toEqual(Array.from({ length: 250 }, (_, n) => `${name}-${n}`))
  }
})
