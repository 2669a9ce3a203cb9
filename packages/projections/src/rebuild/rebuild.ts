import { type Clock, systemClock } from '@ottla/core'
import type { Codec, Log, TopicOffset } from '@ottla/eventstore'
import type { Database } from 'better-sqlite3'
import { checkProjection } from '../projection/projection-check.js'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { projectionErrors } from '../projection-errors.js'
import { logBegin, logEnd } from '../runner/log-bounds.js'
import { PartitionOffsets } from '../runner/partition-offsets.js'
import type { SetAside } from '../runner/unread-records.js'
import { ViewWriter } from '../runner/view-writer.js'
import { Pauses } from '../view/pauses.js'
import { guarded, openViewFile } from '../view/view-file.js'
import { createView, readCheckpoints, readMeta } from '../view/view-meta.js'
import { viewFolder, viewPath } from '../view/view-path.js'
import { whenUnlocked } from '../view/write-lock.js'
import { type AsideFile, createAside, removeStaleAsides } from './aside-file.js'
import { ViewFilling } from './filling.js'
import type { RebuildProgress } from './rebuild-progress.js'
import { swapIn } from './swap.js'

export interface RebuildOptions {
  readonly definition: ProjectionDefinition
  /** May be opened for reading only. */
  readonly log: Log
  readonly codec: Codec
  /** The topics whose events the projection handles. */
  readonly topics: readonly string[]
  /** The data folder; the view lies in `views` in it. */
  readonly folder: string
  readonly clock?: Clock
  /** Called after every few hundred records. */
  readonly progress?: (progress: RebuildProgress) => void
  /** Ends the rebuild with VIEW_STOPPED; the live view stays as it is. */
  readonly signal?: AbortSignal
  /** See ProjectionRunnerOptions, for both. */
  readonly setAside?: SetAside
  readonly maxFilePages?: number
}

export interface RebuildReport {
  readonly records: number
  readonly seconds: number
  /** How many events were left out because they could not be decoded or their handler threw. */
  readonly failures: number
}

/**
 * Builds a view anew from the beginning of the log in a file aside, and swaps it in when it has reached the end, in one
 * SQLite transaction: readers in any process see the old view until then, the new one from then on, and never go back
 * behind what they have seen. Works while the app runs, in it or from another process; the app goes on with the new rows
 * without a restart. When it fails or is killed, the live view stays as it was.
 *
 * Rejects with MODEL_INVALID, VIEW_FULL, VIEW_DAMAGED, VIEW_UNAVAILABLE, VIEW_STOPPED and the errors of the log.
 */
export async function rebuildView(options: RebuildOptions): Promise<RebuildReport> {
  const { definition, log, topics, folder, clock = systemClock } = options
  checkProjection(definition)
  const started = clock.now()
  removeStaleAsides(viewFolder(folder), definition.name)
  const begin = await logBegin(log, topics)
  const aside = createAside(viewFolder(folder), definition.name, options.maxFilePages)
  try {
    const writer = guarded(aside.file, () => {
      aside.database.transaction(() => createView(aside.database, definition, log.clusterId, begin))()
      return new ViewWriter(aside.database, aside.file, definition)
    })
    const filling = new ViewFilling({ ...options, clock, writer, begin })
    // What is written during the first pass is read in the second, so that little is left to do under the lock.
    for (let pass = 0; pass < 2; pass++) await filling.fillTo(await logEnd(log, topics))
    const failures = await swapUnderLock(options, aside, filling)
    return { records: filling.done, seconds: (clock.now() - started) / 1000, failures }
  } finally {
    aside.remove()
  }
}

async function swapUnderLock(options: RebuildOptions, aside: AsideFile, filling: ViewFilling): Promise<number> {
  const { definition, log, topics, folder, clock = systemClock, signal, maxFilePages } = options
  const file = viewPath(folder, definition.name)
  const live = openViewFile(file, { lockTimeout: 5, maxFilePages })
  const pauses = new Pauses(clock)
  signal?.addEventListener('abort', () => pauses.stop(), { once: true })
  try {
    live.pragma('foreign_keys = off')
    const locked = await whenUnlocked(pauses, () => guarded(file, () => live.exec('begin immediate')))
    if (!locked) throw projectionErrors.create('VIEW_STOPPED', { view: definition.name })
    await filling.fillTo(within(livePosition(live, file, log), await logEnd(log, topics)))
    const { failures } = readMeta(aside.database) as { failures: number }
    aside.database.close()
    guarded(file, () => {
      swapIn(live, aside.file)
      live.exec('commit')
    })
    return failures
  } finally {
    // Closing rolls back what is not committed.
    live.close()
  }
}

/** Where the live view stands: the new one must not stand before it. Nothing counts of a view that was made from another log. */
function livePosition(live: Database, file: string, log: Log): readonly TopicOffset[] {
  return guarded(file, () => {
    const meta = readMeta(live)
    if (meta === 'foreign') throw projectionErrors.create('VIEW_DAMAGED', { file, error: 'it holds tables, but no table ottla_view' })
    return meta === 'empty' || meta.clusterId !== log.clusterId ? [] : readCheckpoints(live)
  })
}

/** `wanted`, but nowhere behind the end of the log. */
function within(wanted: readonly TopicOffset[], end: readonly TopicOffset[]): TopicOffset[] {
  const ends = new PartitionOffsets(end)
  return wanted.flatMap(({ topic, partition, offset }) => {
    const last = ends.get({ topic, partition })
    return last === undefined ? [] : [{ topic, partition, offset: Math.min(offset, last) }]
  })
}
