import { join } from 'node:path'
import { CommandBus, type OttlaError, systemClock, timeOrderedIds } from '@ottla/core'
import { AvroCodec, aggregateParticipant, appSchemas, appTopics, type OpenLog, RegisteredSchemas, ShardHost, StateStore } from '@ottla/eventstore'
import { ProjectionRunner, type ProjectionRunnerOptions } from '@ottla/projections'
import { sagaParticipant } from '@ottla/saga'
import { App } from './app.js'
import type { AppOptions } from './app-options.js'
import { checkOptions } from './check-options.js'
import { closeAll } from './close-all.js'
import { definitionsOf } from './modules.js'

/**
 * Starts an app and resolves when it owns its shards and can take commands; its views go on from where they were. Rejects,
 * with nothing left open, with MODEL_INVALID (naming class, member and cure), LOG_IN_USE, LOG_FOLDER_INVALID, LOG_DAMAGED, TOPIC_DIFFERS,
 * SCHEMA_INCOMPATIBLE, SCHEMAS_NOT_REGISTERED (with autoRegister: false) or another error of the log.
 */
export async function createApp(options: AppOptions): Promise<App> {
  checkOptions(options)
  const definitions = definitionsOf(options.modules)
  const opened = await options.log.open()
  const closers: (() => unknown)[] = [() => opened.log.close()]
  try {
    return await start(options, definitions, opened, closers)
  } catch (error) {
    await closeAll(closers).catch(() => undefined) // why it did not start says more
    throw error
  }
}

async function start(
  options: AppOptions,
  definitions: ReturnType<typeof definitionsOf>,
  { log, registry, folder, snapshots: takesSnapshots = false, autoRegister = true }: OpenLog,
  closers: (() => unknown)[],
): Promise<App> {
  const { name, shards = 12, middleware = [], clock = systemClock, ids = timeOrderedIds, snapshots = takesSnapshots, standby } = options
  const topics = appTopics(name)
  const registered = new RegisteredSchemas(registry)
  const codec = new AvroCodec(autoRegister ? registry : registered)
  const failure = Promise.withResolvers<OttlaError>()
  const failed = (error: OttlaError) => failure.resolve(error)
  const aggregates = definitions.aggregates.map(definition => aggregateParticipant(definition))
  const commands = aggregates.flatMap(aggregate => aggregate.commands)
  const participants = [...aggregates, ...definitions.sagas.map(definition => sagaParticipant(definition, codec, topics, commands, definitions.upcasters))]
  const store = new StateStore(join(folder, 'state.sqlite'))
  closers.push(() => store.close())
  const { upcasters } = definitions
  const host = new ShardHost({ app: name, shards, log, codec, store, participants, upcasters, clock, ids, snapshots, standby, failed })
  if (!autoRegister) await registered.requireAll(appSchemas(topics, host.model, snapshots))
  closers.push(() => host.stop())
  await host.start()
  const setAside: ProjectionRunnerOptions['setAside'] = unread => host.setAside(unread)
  const views = { log, codec, topics: [topics.events], folder, clock, setAside }
  const runners = definitions.projections.map(definition => new ProjectionRunner({ ...views, definition }))
  for (const runner of runners) {
    closers.push(() => runner.stop())
    await runner.start()
  }
  const bus = new CommandBus(envelope => host.dispatch(envelope), middleware, clock, ids)
  return new App({ name, bus, host, runners, log, codec, failed: failure.promise, closers })
}
