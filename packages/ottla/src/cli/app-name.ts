import { appTopics, type Log } from '@ottla/eventstore'
import { ottlaErrors } from '../ottla-errors.js'
import type { ReadLog } from './open-log.js'

/**
 * Which app of a log is meant: the one that is named, else that of the config file, else the only one that has topics.
 * Rejects with APP_UNKNOWN or APP_AMBIGUOUS, both naming those that are there.
 */
export async function chooseApp({ log, folder, config }: ReadLog, named?: string): Promise<string> {
  const apps = await appsOf(log)
  const known = apps.join(', ') || 'none'
  const app = named ?? config?.name
  if (app !== undefined && apps.includes(app)) return app
  if (app !== undefined) throw ottlaErrors.create('APP_UNKNOWN', { app, folder, known })
  if (apps.length > 1) throw ottlaErrors.create('APP_AMBIGUOUS', { folder, known })
  if (apps[0] === undefined) throw ottlaErrors.create('APP_UNKNOWN', { app: 'yet', folder, known })
  return apps[0]
}

/** The apps that have created their topics in this log, by name. */
async function appsOf(log: Log): Promise<string[]> {
  const topics = new Set((await log.admin.listTopics()).map(({ name }) => name))
  const names = [...topics].filter(topic => topic.endsWith('.events')).map(topic => topic.slice(0, -'.events'.length))
  return names
    .filter(name => {
      const { commands, outcomes } = appTopics(name)
      return topics.has(commands) && topics.has(outcomes)
    })
    .sort()
}
