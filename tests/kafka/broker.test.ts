import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { Records } from './records.js'

it('the shared broker takes what kafkajs produces, and gives it back', async () => {
  const topic = `broker-${randomUUID()}`
  const records = new Records(inject('kafkaBrokers'))
  await records.createTopic(topic)
  await records.produce(topic, 'tea')
  await records.produce(topic, 'salt')
  expect(await records.consume(topic, 2)).toEqual(['tea', 'salt'])
})

it('the shared registry speaks Confluent’s API', async () => {
  const response = await fetch(`${inject('registryUrl')}/subjects`)
  expect([response.status, Array.isArray(await response.json())]).toEqual([200, true])
})
