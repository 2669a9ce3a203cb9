import { createConnection, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect, createSecureContext } from 'node:tls'
import type { ISocketFactoryArgs, KafkaConfig, LogEntry } from 'kafkajs'
import type { ClusterOptions } from '../driver/cluster.js'
import { type Kafkajs, loadKafkajs } from '../driver/kafkajs.js'
import type { KafkaLogLine, KafkaOptions } from '../options/kafka-options.js'
import type { KafkaSettings } from '../options/kafka-settings.js'
import { Connections } from './connections.js'
import { failEarly } from './early-failures.js'
import { findOwnCoordinators } from './find-coordinator.js'
import { hidden } from './hidden.js'
import { keepOwnMetadata } from './own-metadata.js'
import { tokenLogin } from './token-login.js'

/**
 * How long before the end of a login's session kafkajs logs in again, in milliseconds. Its own 10 seconds would be too early for a session of less, since brokers
 * refuse two logins within a second.
 */
const reauthenticationThreshold = 2_000

/** What of the options must not be shown. */
export type KafkaSecrets = Pick<KafkaOptions, 'ssl' | 'sasl' | 'logger'>

/** The brokers of one log: connections to them by kafkajs, whose own producers, consumers and admin are not used. Printing it, or what it makes, shows no secret. */
export class KafkaClient {
  readonly #kafkajs: Kafkajs
  readonly #config: KafkaConfig
  readonly #tls: ConnectionOptions | undefined

  /** Throws KAFKA_CLIENT_VERSION, KAFKA_CLIENT_UNSAFE. Connects to nothing. */
  constructor(
    readonly settings: KafkaSettings,
    { ssl, sasl, logger }: KafkaSecrets,
  ) {
    this.#kafkajs = loadKafkajs()
    const { brokers, clientId, connectionTimeout, requestTimeout } = settings
    this.#config = {
      brokers: [...brokers],
      clientId,
      ssl: ssl !== undefined && ssl !== false,
      ...(sasl && { sasl: hidden(this.#loginBy(sasl, requestTimeout)) }),
      connectionTimeout,
      authenticationTimeout: requestTimeout,
      reauthenticationThreshold,
      requestTimeout,
      retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 8 },
      logLevel: logger ? 4 : 0,
      logCreator: () => entry => logger?.(lineOf(entry)),
    }
    this.#tls = ssl ? withoutKeys(ssl === true ? {} : ssl) : undefined
  }

  /** Connections of the caller's own, not yet opened; the caller closes them. */
  connections({ isolationLevel, metadataMaxAge }: ClusterOptions): Connections {
    const sockets = new Set<Socket>()
    const logger = this.#kafkajs.createLogger({ level: this.#config.logLevel, logCreator: this.#config.logCreator })
    const open = (to: ISocketFactoryArgs) => {
      if (connections.isClosed) throw new Error('the connections are closed')
      return kept(socketTo(to, this.#tls), sockets)
    }
    const own = { logger, isolationLevel, metadataMaxAge, allowAutoTopicCreation: false, socketFactory: open }
    const cluster = new this.#kafkajs.Cluster({ ...this.#config, ...own })
    const connections = new Connections(cluster, sockets)
    failEarly(cluster, this.settings.brokers.length)
    keepOwnMetadata(cluster)
    findOwnCoordinators(cluster)
    return connections
  }

  #loginBy(sasl: NonNullable<KafkaSecrets['sasl']>, patience: number): NonNullable<KafkaSecrets['sasl']> {
    return 'oauthBearerProvider' in sasl ? tokenLogin(sasl, patience, file => this.#kafkajs.source(file)) : sasl
  }

  /** A file of kafkajs's source, for requests of the protocol. */
  source(file: string): unknown {
    return this.#kafkajs.source(file)
  }
}

/** As kafkajs's own, but a small request never waits for the acknowledgement of the one before (Nagle's algorithm). */
function socketTo({ host, port, onConnect }: ISocketFactoryArgs, tls: ConnectionOptions | undefined): Socket {
  const socket = tls ? connect({ host, port, ...(!isIP(host) && { servername: host }), ...tls }, onConnect) : createConnection({ host, port }, onConnect)
  return socket.setKeepAlive(true, 60_000).setNoDelay(true)
}

/** Every socket of Node's shows the options that it was opened with: keys are in the context only, which shows nothing. */
function withoutKeys(options: ConnectionOptions): ConnectionOptions {
  const { key: _, passphrase: __, pfx: ___, ticketKeys: ____, ...rest } = options
  return { ...rest, secureContext: options.secureContext ?? createSecureContext(options) }
}

function kept(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket)
  return socket.once('close', () => {
    sockets.delete(socket)
    // kafkajs lets go of a connection again and again while its broker is away; each time would add a listener to a socket that has ended.
    socket.unref = () => socket
  })
}

const levels: Readonly<Record<number, KafkaLogLine['level']>> = { 1: 'error', 2: 'warn', 4: 'info' }

function lineOf({ namespace, level, log: { message, timestamp: _, logger: __, ...details } }: LogEntry): KafkaLogLine {
  return { level: levels[level] ?? 'info', namespace, message, details }
}
