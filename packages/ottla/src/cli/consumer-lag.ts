import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { isOttlaError } from '@ottla/core'
import { appTopics, type Log, type TopicOffset } from '@ottla/eventstore'
import { ViewReader, type ViewStatus, viewFolder, viewPath } from '@ottla/projections'
import type { ReadLog } from './open-log.js'

/** How far someone who reads the log is behind its end. */
export interface ConsumerLag {
  /** The app's group, which reads its inbox; or a view, which reads its events. */
  readonly kind: 'group' | 'view'
  readonly name: string
  /** `degraded`: the view left events out. `unreadable`: its file cannot be read. `foreign`: it was made from another log. */
  readonly state: 'ok' | 'degraded' | 'unreadable' | 'foreign'
  /** What is wrong where the state is not ok. */
  readonly problem?: string
  readonly partitions: readonly PartitionLag[]
  readonly lag: number
}

/** `position` is the offset that is read next, `end` the one that the next record gets. */
export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  readonly position: number
  readonly end: number
  readonly lag: number
}

/** The lag of an app: of its group on its inbox, then of each view that lies in the data folder, by name. */
export async function consumerLags({ log, folder }: ReadLog, app: string): Promise<ConsumerLag[]> {
  const views = await Promise.all(viewNames(folder).map(name => viewLag(log, app, viewPath(folder, name), name)))
  return [await groupLag(log, app), ...views.filter(view => view !== undefined)]
}

/** A partition in which the group has committed nothing yet is read from its beginning. */
async function groupLag(log: Log, app: string): Promise<ConsumerLag> {
  const { commands: topic } = appTopics(app)
  const groups = (await log.admin.groupLag(app)).filter(at => at.topic === topic)
  const committed = new Map(groups.map(({ partition, committed }) => [partition, committed]))
  const begins = await log.admin.beginOffsets(topic)
  const partitions = (await log.admin.endOffsets(topic)).map((end, partition) => {
    const begin = begins[partition] ?? end
    const position = Math.max(begin, committed.get(partition) ?? begin)
    return { topic, partition, position, end, lag: Math.max(0, end - position) }
  })
  return { kind: 'group', name: app, state: 'ok', partitions, lag: sum(partitions) }
}

/** The views that lie in the data folder. A file in which a view is being rebuilt has a point in its name. */
function viewNames(folder: string): string[] {
  const views = viewFolder(folder)
  if (!existsSync(views)) return []
  return readdirSync(views)
    .filter(file => /^[A-Za-z][\w-]*\.sqlite$/.test(file))
    .map(file => basename(file, '.sqlite'))
    .sort()
}

/** undefined for a view of another app in the same folder. */
async function viewLag(log: Log, app: string, file: string, name: string): Promise<ConsumerLag | undefined> {
  const { events } = appTopics(app)
  const status = readStatus(file, name)
  if (typeof status === 'string') return { kind: 'view', name, state: 'unreadable', problem: status, partitions: [], lag: 0 }
  const position = status.position.filter(({ topic }) => topic === events)
  if (position.length === 0 && status.position.length > 0) return undefined
  const partitions = behind(position, await log.admin.endOffsets(events))
  const foreign = partitions.some(at => at.position > at.end)
  const state = foreign ? 'foreign' : status.problem ? 'degraded' : 'ok'
  const problem = foreign
    ? 'it has read further than this log goes, so it was made from another one. The app rebuilds it when it starts.'
    : status.problem?.message
  return { kind: 'view', name, state, problem, partitions, lag: sum(partitions) }
}

/** What the view says of itself, or why it cannot be read: one broken view must not hide the lag of the others. */
function readStatus(file: string, name: string): ViewStatus | string {
  try {
    const reader = new ViewReader(file, name)
    try {
      return reader.status()
    } finally {
      reader.close()
    }
  } catch (error) {
    if (isOttlaError(error)) return error.message
    throw error
  }
}

function behind(position: readonly TopicOffset[], ends: readonly number[]): PartitionLag[] {
  const offsets = new Map(position.map(({ partition, offset }) => [partition, offset]))
  return ends.map((end, partition) => {
    const offset = offsets.get(partition) ?? 0
    return { topic: position[0]?.topic ?? '', partition, position: offset, end, lag: Math.max(0, end - offset) }
  })
}

const sum = (partitions: readonly PartitionLag[]): number => partitions.reduce((all, { lag }) => all + lag, 0)
