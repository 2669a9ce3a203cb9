import type { TopicOffset } from '../../log/log.js'
import { code, ProtocolFailure, protocolCode } from '../client/protocol-failure.js'
import type { Broker, ProtocolRequest } from '../driver/cluster.js'
import { ByteReader } from '../fetch/byte-reader.js'
import { encoded } from '../fetch/encoded.js'
import { settingNames, type TopicSettings } from './topic-settings.js'

export interface NewTopic {
  readonly topic: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configEntries: readonly { readonly name: string; readonly value: string }[]
}

/** Requests of kafkajs's broker that its types do not show. */
interface AdminBroker {
  createTopics(request: { topics: readonly NewTopic[]; timeout: number }): Promise<unknown>
  deleteTopics(request: { topics: readonly string[]; timeout: number }): Promise<unknown>
  describeConfigs(request: {
    resources: readonly object[]
  }): Promise<{ resources: { resourceName: string; configEntries: { configName: string; configValue: string }[] }[] }>
  deleteRecords(request: { topics: readonly object[] }): Promise<unknown>
}

/** Kafka's number for topics among the things that have a configuration. */
const topicResource = 2
const timeout = 5_000

/** A topic that somebody else has just made counts as made. */
export async function createTopic(broker: Broker, topic: NewTopic): Promise<void> {
  try {
    await admin(broker).createTopics({ topics: [topic], timeout })
  } catch (error) {
    const found = protocolCode(error)
    if (found === code.topicExists) return
    throw found === undefined ? error : new ProtocolFailure('CreateTopics', found, topic)
  }
}

export async function deleteTopic(broker: Broker, topic: string): Promise<void> {
  try {
    await admin(broker).deleteTopics({ topics: [topic], timeout })
  } catch (error) {
    const found = protocolCode(error)
    throw found === undefined ? error : new ProtocolFailure('DeleteTopics', found, { topic })
  }
}

/** Rejects with a failure that names the topic; with `skipsUnseen` leaves out those that this user may not see, or that are just deleted. */
export async function topicSettings(broker: Broker, topics: readonly string[], skipsUnseen = false): Promise<ReadonlyMap<string, TopicSettings>> {
  if (topics.length === 0) return new Map()
  const request = { resources: topics.map(name => ({ type: topicResource, name, configNames: settingNames })) }
  try {
    const { resources } = await admin(broker).describeConfigs(request)
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])) as TopicSettings,
      ]),
    )
  } catch (error) {
    const found = protocolCode(error)
    if (found === undefined) throw error
    const [topic] = topics as [string]
    if (topics.length === 1) {
      if (skipsUnseen && (found === code.topicForbidden || found === code.unknownTopicOrPartition)) return new Map()
      throw new ProtocolFailure('DescribeConfigs', found, { topic })
    }
    // kafkajs does not tell which one it is about.
    const maps = await Promise.all(topics.map(name => topicSettings(broker, [name], skipsUnseen)))
    return new Map(maps.flatMap(map => [...map]))
  }
}

export async function deleteRecords(broker: Broker, places: readonly TopicOffset[]): Promise<void> {
  const topics = Array.from(
    Map.groupBy(places, ({ topic }) => topic),
    ([topic, partitions]) => ({ topic, partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })) }),
  )
  await admin(broker).deleteRecords({ topics })
}

/** Changes one setting and leaves the others as they are. (kafkajs has only the older request, which resets what is not named.) */
export async function alterTopicSetting(broker: Broker, topic: string, name: string, value: string): Promise<void> {
  const found = await broker.connectionPool.send(incrementalAlterConfigs(topic, name, value))
  if (found !== 0) throw new ProtocolFailure('IncrementalAlterConfigs', found, { topic })
}

function incrementalAlterConfigs(topic: string, name: string, value: string): ProtocolRequest<number> {
  const set = Buffer.from([0])
  const bytes = Buffer.concat([int32(1), Buffer.from([topicResource]), text(topic), int32(1), text(name), set, text(value), Buffer.from([0])])
  return {
    request: { apiKey: 44, apiVersion: 0, apiName: 'IncrementalAlterConfigs', encode: async () => encoded(bytes) },
    response: {
      async decode(payload) {
        const reader = new ByteReader(payload)
        const clientSideThrottleTime = reader.int32()
        reader.int32() // one resource
        return { clientSideThrottleTime, code: reader.int16() }
      },
      parse: async decoded => (decoded as { code: number }).code,
    },
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function admin(broker: Broker): AdminBroker {
  return broker as unknown as AdminBroker
}
