import type { Clock, Ids, Middleware } from '@ottla/core'
import type { LogConfig } from '@ottla/eventstore'
import type { Module } from './modules.js'

/** What an app is made of and where it keeps everything. */
export interface AppOptions {
  /** Names the app's topics and its consumer group; must never change. */
  readonly name: string
  /** Classes decorated with @Aggregate, @Projection or @Saga, or plain definitions. */
  readonly modules: readonly Module[]
  /** Where everything is kept: `embedded('./data')`. */
  readonly log: LogConfig
  /** How many shards the app has, from its first start for ever. Default 12. */
  readonly shards?: number
  /**
   * Whether each shard is published now and then to the compacted topic `<name>.snapshots`, so that a node without its state restores it from there instead of from
   * the whole history. Default: true on Kafka; false on the embedded log, whose state store lies beside the log, so that snapshots would only write everything twice.
   */
  readonly snapshots?: boolean
  /**
   * Of how many shards that other nodes own this node keeps the state ready, so that taking them over is quick: all (true), none (false), or so many, beginning with
   * those that come after its own. Default false. The embedded log has one node, and nothing to keep ready.
   */
  readonly standby?: boolean | number
  /** Runs around every `send`, the first outermost. */
  readonly middleware?: readonly Middleware[]
  readonly clock?: Clock
  readonly ids?: Ids
}
