import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, it } from 'vitest'

it('the shared broker takes what kafkajs produces, and gives it back', async () => {
  const topic = `broker-test-${randomUUID()}`
  const kafka = new Kafka({ brokers: inject('kafkaBrokers'), logLevel: logLevel.ERROR })
  const admin = kafka.admin()
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: topic })
  try {
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true })
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: 'tea' }] })
    await consumer.subscribe({ topic, fromBeginning: true })
    const received = new Promise(resolve => void consumer.run({ eachMessage: async ({ message }) => resolve([`${message.key}`, `${message.value}`]) }))
    expect(await received).toEqual(['a', 'tea'])
  } finally {
    await Promise.all([consumer.disconnect(), producer.disconnect()])
    await admin.deleteTopics({ topics: [topic] })
    await admin.disconnect()
  }
})

it('the shared registry speaks Confluent’s API', async () => {
  const response = await fetch(`${inject('registryUrl')}/subjects`)
  expect([response.status, Array.isArray(await response.json())]).toEqual([200, true])
})
