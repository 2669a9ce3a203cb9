import { inspect } from 'node:util'
import { DataFolder } from '../folder/data-folder.js'
import { FolderLock } from '../folder/folder-lock.js'
import type { LogConfig, OpenLog, OpenOptions, OpenRegistry } from '../log/log-config.js'
import type { CompatibilityLevel } from '../registry/compatibility-level.js'
import { KafkaClient } from './client/kafka-client.js'
import { KafkaLog } from './kafka-log.js'
import type { KafkaOptions } from './options/kafka-options.js'
import { type ReadOptions, readOptions } from './options/read-options.js'
import { HttpRegistry } from './registry/http-registry.js'

/**
 * The log on a Kafka cluster, with a Confluent-compatible schema registry. Nothing is connected before it is opened, and printing it shows no secret.
 *
 * Throws KAFKA_OPTIONS_INVALID. `open` rejects with LOG_UNAVAILABLE when no broker can be reached, LOG_FORBIDDEN when they refuse the login, LOG_UNTRUSTED when certificates do not fit, LOG_IN_USE and
 * LOG_FOLDER_INVALID for the node's folder, KAFKA_CLIENT_VERSION and KAFKA_CLIENT_UNSAFE for another kafkajs than the one that Ottla guards.
 */
export function kafka(options: KafkaOptions = {}): LogConfig {
  return new KafkaConfig(readOptions(options), options.logger)
}

class KafkaConfig implements LogConfig {
  readonly snapshots = true
  readonly #options: ReadOptions
  readonly #logger: KafkaOptions['logger']

  constructor(options: ReadOptions, logger: KafkaOptions['logger']) {
    this.#options = options
    this.#logger = logger
  }

  get compatibility(): CompatibilityLevel | undefined {
    return this.#options.registry.compatibility
  }

  openRegistry(): OpenRegistry {
    const registry = new HttpRegistry({ ...this.#options.registry, startTimeout: 0 })
    return { registry, close: () => registry.close() }
  }

  async open({ readOnly = false }: OpenOptions = {}): Promise<OpenLog> {
    const { settings, ssl, sasl, registry: address } = this.#options
    const folder = new DataFolder(settings.folder, 'kafka')
    const registry = new HttpRegistry(address)
    const client = new KafkaClient(settings, { ssl, sasl, logger: this.#logger })
    const lock = readOnly ? undefined : await lockOf(folder, settings.lockTimeout)
    const release = () => {
      registry.close()
      lock?.release()
    }
    try {
      return {
        log: await KafkaLog.connect(client, { isReadOnly: readOnly, release }),
        registry,
        folder: folder.path,
        snapshots: this.snapshots,
        autoRegister: address.autoRegister,
      }
    } catch (error) {
      release()
      throw error
    }
  }

  toJSON(): object {
    const { brokers, clientId, folder } = this.#options.settings
    return { log: 'kafka', brokers, clientId, folder }
  }

  [inspect.custom](): object {
    return this.toJSON()
  }
}

async function lockOf(folder: DataFolder, timeout: number): Promise<FolderLock> {
  folder.prepare()
  return FolderLock.take(folder, timeout)
}
