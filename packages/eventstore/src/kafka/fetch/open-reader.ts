import { type Clock, systemClock } from '@ottla/core'
import type { LogReader, ReaderOptions } from '../../log/log.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { KafkaReader } from './kafka-reader.js'

export interface OpenReaderOptions {
  /** Called once, when the reader is closed. */
  readonly closed?: (reader: LogReader) => void
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** Opens a reader of committed records, with connections of its own. It begins to fetch when the first batch is asked for. */
export function openReader(client: KafkaClient, options: ReaderOptions, { closed = () => {}, clock = systemClock }: OpenReaderOptions = {}): LogReader {
  return new KafkaReader(client, options, clock, closed)
}
