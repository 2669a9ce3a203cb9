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
  /** Runs around every `send`, the first outermost. */
  readonly middleware?: readonly Middleware[]
  readonly clock?: Clock
  readonly ids?: Ids
}
