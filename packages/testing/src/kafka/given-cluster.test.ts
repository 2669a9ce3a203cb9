import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { kafkaSource } from './kafka-source.js'
import { startKafka } from './start-kafka.js'

describe('a cluster that the environment gives', () => {
  let server: Server
  let address: string
  beforeEach(async () => {
    server = createServer(guest => guest.on('error', () => {}))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    address = `127.0.0.1:${(server.address() as { port: number }).port}`
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    server.close()
  })

  test('is taken before anything is started', async () => {
    vi.stubEnv('KAFKA_BROKERS', ` ${address}, 127.0.0.1:1,`)
    vi.stubEnv('SCHEMA_REGISTRY_URL', 'http://127.0.0.1:2')
    expect(await kafkaSource()).toBe('environment')
    expect(await startKafka()).toMatchObject({ brokers: [address, '127.0.0.1:1'], registryUrl: undefined })
    expect(await startKafka({ registry: true })).toMatchObject({ brokers: [address, '127.0.0.1:1'], registryUrl: 'http://127.0.0.1:2' })
  })

  test('cannot be killed from here, and survives its stop', async () => {
    vi.stubEnv('KAFKA_BROKERS', address)
    vi.stubEnv('SCHEMA_REGISTRY_URL', 'http://127.0.0.1:2')
    const cluster = await startKafka({ registry: true })
    for (const fault of ['killBroker', 'stopBroker', 'startBroker'] as const) {
      await expect(cluster[fault](0)).rejects.toThrow(`KAFKA_NOT_OURS: ${fault} is not possible: the broker was given by KAFKA_BROKERS`)
    }
    for (const fault of ['killRegistry', 'startRegistry'] as const) {
      await expect(cluster[fault]()).rejects.toThrow(`KAFKA_NOT_OURS: ${fault} is not possible: the registry was given by SCHEMA_REGISTRY_URL`)
    }
    await cluster.stop()
    expect(server.listening).toBe(true)
  })

  test('needs a registry beside it where one is asked for', async () => {
    vi.stubEnv('KAFKA_BROKERS', address)
    vi.stubEnv('SCHEMA_REGISTRY_URL', '')
    await expect(startKafka({ registry: true })).rejects.toThrow(/^KAFKA_PART_MISSING: .*Set SCHEMA_REGISTRY_URL beside KAFKA_BROKERS\./)
  })

  test('is refused when no broker accepts connections', async () => {
    vi.stubEnv('KAFKA_BROKERS', '127.0.0.1:1')
    await expect(startKafka()).rejects.toThrow(/^KAFKA_START_FAILED: The cluster of KAFKA_BROKERS \(127\.0\.0\.1:1\) .*ECONNREFUSED/s)
  })
})

test('without brokers in the environment, an engine or Java, there is no source, and the error says what to do', async () => {
  vi.stubEnv('KAFKA_BROKERS', '')
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1')
  vi.stubEnv('PATH', '/nowhere')
  vi.stubEnv('XDG_CACHE_HOME', '/nowhere')
  try {
    expect(await kafkaSource()).toBeUndefined()
    await expect(startKafka()).rejects.toThrow(/^KAFKA_NOT_FOUND: .*Set KAFKA_BROKERS/)
  } finally {
    vi.unstubAllEnvs()
  }
})
