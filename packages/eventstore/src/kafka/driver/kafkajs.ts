import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type { Logger } from 'kafkajs'
import { eventstoreErrors } from '../../eventstore-errors.js'
import { withoutAborted } from './aborted-records.js'
import type { Cluster } from './cluster.js'
import { endingConnection } from './ending-connection.js'
import { quietRequestQueue } from './quiet-request-queue.js'
import { requireCommittedOnly } from './self-test.js'

/** The only version that the patches and the facts of this folder are about. */
export const kafkajsVersion = '2.2.4'

/** What of kafkajs is used, patched: its connections, and the requests of the protocol. */
export interface Kafkajs {
  readonly Cluster: new (options: Record<string, unknown>) => Cluster
  readonly createLogger: (options: Record<string, unknown>) => Logger
  /** The files of its source, for requests of the protocol. */
  readonly source: (file: string) => unknown
}

let loaded: Kafkajs | undefined

/**
 * Loads kafkajs with three of its files replaced: the filter of aborted records, the request queue and the connection. A copy that the process has loaded before, from
 * the same files, stays as it is; later imports find the patched one.
 *
 * Throws KAFKA_CLIENT_VERSION for any version but 2.2.4, KAFKA_CLIENT_UNSAFE when a batch still shows aborted records.
 */
export function loadKafkajs(): Kafkajs {
  loaded ??= load(createRequire(import.meta.url))
  return loaded
}

function load(require: NodeJS.Require): Kafkajs {
  const manifest = require.resolve('kafkajs/package.json')
  requireVersion((require(manifest) as { version: string }).version)
  const folder = dirname(manifest)
  const source = (file: string): unknown => require(join(folder, 'src', file))
  const replace = (file: string, patch: (original: never) => unknown) => {
    const original = source(file)
    const module = require.cache[require.resolve(join(folder, 'src', file))] as NodeJS.Module
    module.exports = patch(original as never)
  }
  // What was loaded before holds on to the files that are replaced: load all of it anew.
  for (const path of Object.keys(require.cache)) if (path.startsWith(folder + sep)) delete require.cache[path]
  replace(
    'consumer/filterAbortedMessages.js',
    () =>
      ({ messages, abortedTransactions }: Fetched) =>
        withoutAborted(messages, abortedTransactions),
  )
  replace('network/requestQueue/index.js', quietRequestQueue)
  replace('network/connection.js', endingConnection)
  requireCommittedOnly(source('consumer/batch.js') as never)
  return {
    Cluster: source('cluster/index.js') as Kafkajs['Cluster'],
    createLogger: (source('loggers/index.js') as Pick<Kafkajs, 'createLogger'>).createLogger,
    source,
  }
}

interface Fetched {
  readonly messages: Parameters<typeof withoutAborted>[0]
  readonly abortedTransactions: Parameters<typeof withoutAborted>[1]
}

/** Throws KAFKA_CLIENT_VERSION. */
export function requireVersion(version: string): void {
  if (version !== kafkajsVersion) throw eventstoreErrors.create('KAFKA_CLIENT_VERSION', { found: version, wanted: kafkajsVersion })
}
