import { AvroCodec } from '@ottla/eventstore'
import { kafka } from '@ottla/eventstore/kafka'
import { messageDefinition } from 'ottla'
import { OrderPaid, OrderPlaced, type Shop, shards, topic } from '../../projections/shop.js'

/** The shop of tests/projections, its log on these brokers. */
export async function openKafkaShop(brokers: readonly string[], registry: string, folder: string): Promise<Shop> {
  const opened = await kafka({ brokers, registry, folder, lockTimeout: 10_000 }).open()
  const codec = new AvroCodec(opened.registry)
  await opened.log.admin.ensureTopics([{ name: topic, partitions: shards }])
  await codec.prepare(topic, [OrderPlaced, OrderPaid].map(messageDefinition))
  return { ...opened, codec, topics: [topic] }
}
