import { type MessageDefinition, messageDefinition } from '@ottla/core'
import { type AppSchema, type AppTopics, aggregateParticipant, appSchemas, appTopics } from '@ottla/eventstore'
import { sagaEventClasses } from '@ottla/saga'
import { definitionsOf } from '../../app/modules.js'
import type { ConfigFile } from '../config-file.js'

/** The schemas of an app as its code has them now. */
export interface CodeSchemas {
  readonly app: string
  readonly topics: AppTopics
  /** Of everything that the app writes, by subject: what it needs in the registry when it starts. */
  readonly written: readonly AppSchema[]
  /** Of the older events that upcasters take: what the app only reads. */
  readonly read: readonly AppSchema[]
}

/** What the modules of a config file write. Throws MODEL_INVALID. */
export function codeSchemas({ name, modules, log, snapshots = log.snapshots ?? false }: ConfigFile): CodeSchemas {
  const { aggregates, sagas, upcasters } = definitionsOf(modules)
  const participants = aggregates.map(definition => aggregateParticipant(definition))
  const sagaEvents = sagas.length > 0 ? sagaEventClasses.map(event => messageDefinition(event) as MessageDefinition) : []
  const model = {
    events: [...new Set([...participants.flatMap(({ events }) => events), ...sagaEvents])],
    commands: [...new Set(participants.flatMap(({ commands }) => commands))],
  }
  const topics = appTopics(name)
  const written = [...appSchemas(topics, model, snapshots)].sort((a, b) => (a.subject < b.subject ? -1 : 1))
  const read = appSchemas(topics, { events: upcasters.olderEvents, commands: [] }, false).filter(({ topic }) => topic === topics.events)
  return { app: name, topics, written, read }
}
