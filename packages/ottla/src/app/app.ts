import { type CommandBus, coreErrors, findAggregate, type OttlaError, type Position, type Receipt, type SendOptions } from '@ottla/core'
import {
  type Codec,
  type Log,
  participantNamed,
  readEvents,
  readOutcomes,
  type ShardHost,
  type StoredEvent,
  type StoredOutcome,
  type StreamRange,
} from '@ottla/eventstore'
import { findProjection, type ProjectionRunner, type ViewReader } from '@ottla/projections'
import { findSaga } from '@ottla/saga'
import { ottlaErrors } from '../ottla-errors.js'
import { closeAll } from './close-all.js'
import type { Module } from './modules.js'

/** What an app runs with; made by createApp. */
export interface AppParts {
  readonly name: string
  readonly bus: CommandBus
  readonly host: ShardHost
  readonly runners: readonly ProjectionRunner[]
  readonly log: Log
  readonly codec: Codec
  readonly failed: Promise<OttlaError>
  /** What closes the app, in the order of opening. */
  readonly closers: readonly (() => unknown)[]
}

/** Whether the app works, and what is wrong where it does not. */
export interface Health {
  /** false when the app cannot go on: end the process and start it again. */
  readonly live: boolean
  /** Whether it takes commands. */
  readonly ready: boolean
  /** Why it is not live, and what is wrong with views: a view that stopped or is degraded ends nothing else. */
  readonly problems: readonly OttlaError[]
}

/** A running app. */
export class App {
  /** Resolves with the reason when the app cannot go on by itself, such as LOG_FULL. What was acknowledged before is kept. */
  readonly failed: Promise<OttlaError>
  private problem: OttlaError | undefined
  private stopping: Promise<void> | undefined

  constructor(private readonly parts: AppParts) {
    this.failed = parts.failed.then(error => {
      this.problem = error
      return error
    })
  }

  /**
   * Sends a command to its aggregate and gives the outcome once it is durable: accepted with the events, rejected with the
   * reason, or failed. The same `id` again gives the first outcome (for 7 days). Rejects as `CommandBus.send` says.
   */
  send(command: object, options?: SendOptions): Promise<Receipt> {
    if (this.stopping) return Promise.reject(ottlaErrors.create('APP_STOPPED', { app: this.parts.name }))
    return this.parts.bus.send(command, options)
  }

  /** The outcome of an earlier command, or undefined when none with this id was decided for this key in the last 7 days. */
  outcome(id: string, key: string): Promise<Receipt | undefined> {
    return this.parts.host.outcome(id, key)
  }

  /**
   * A projection's view to read from: plain SQLite, read-only. With `after`, waits until the view has seen that receipt's
   * transaction, for `timeout` milliseconds (default 30,000), else VIEW_TIMEOUT: the command is decided all the same.
   */
  async view(projection: Module, options: { readonly after?: Receipt | Position; readonly timeout?: number } = {}): Promise<ViewReader> {
    const definition = findProjection(projection)
    const runner = this.parts.runners.find(({ name }) => name === definition?.name)
    if (!runner) throw notInApp((projection as { name?: string }).name, 'projection')
    const { after, timeout = 30_000 } = options
    if (after) await runner.waitFor('position' in after ? after.position : after, timeout)
    return runner.reader()
  }

  /**
   * The events of one aggregate or saga in order of their versions; empty when there are none. Stored events of older classes are given as what upcasters make of them:
   * one that is split comes several times, each with the version and place of the stored one, and one that is dropped does not come. `ottla events` shows what is stored.
   */
  stream(module: Module, id: string, range?: StreamRange): Promise<readonly StoredEvent[]> {
    return this.parts.host.streams.read(streamName(module), id, range)
  }

  /** The state of one aggregate or saga, folded from its events, at a version or a time where `range` says so. */
  async state<S extends object>(module: (new () => S) | Module, id: string, range?: StreamRange): Promise<{ readonly state: S; readonly version: number }> {
    const { host } = this.parts
    const folded = await host.streams.fold(participantNamed(host.model, streamName(module)), id, range)
    return folded as { state: S; version: number }
  }

  /** Every event of the app so far, each shard in order, upcast as in `stream`; with `follow` on and on. */
  events(options?: { readonly follow?: boolean }): AsyncIterable<StoredEvent> {
    return readEvents({ ...this.parts, app: this.parts.name, model: this.parts.host.model }, options)
  }

  /** Every decided command so far that left no event of its own aggregate: refused, failed, or without a change. */
  outcomes(): AsyncIterable<StoredOutcome> {
    return readOutcomes({ ...this.parts, app: this.parts.name })
  }

  health(): Health {
    const problems = [this.problem, ...this.parts.runners.map(({ problem }) => problem)].filter(problem => problem !== undefined)
    return { live: this.problem === undefined, ready: this.problem === undefined && this.stopping === undefined, problems }
  }

  /** Finishes what has been sent, commits, brings the files in order and closes them. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= closeAll(this.parts.closers)
    return this.stopping
  }
}

function streamName(module: Module): string {
  const { name } = findAggregate(module) ?? findSaga(module) ?? (module as { name: string })
  return name
}

function notInApp(name: string | undefined, kind: string): Error {
  return coreErrors.create('MODEL_INVALID', { member: name ?? 'the module', problem: `is no ${kind} of this app`, cure: 'Add it to the modules of createApp.' })
}
