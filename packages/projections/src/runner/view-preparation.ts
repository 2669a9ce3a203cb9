import type { Log, TopicOffset } from '@ottla/eventstore'
import type { Database } from 'better-sqlite3'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { projectionErrors } from '../projection-errors.js'
import { dropAll } from '../rebuild/swap.js'
import type { Pauses } from '../view/pauses.js'
import { guarded } from '../view/view-file.js'
import { createView, readCheckpoints, readMeta, type ViewMeta, viewDigest } from '../view/view-meta.js'
import { whenUnlocked } from '../view/write-lock.js'
import { isCheckpointOf } from './checkpoint-check.js'

export interface ViewPreparation {
  readonly database: Database
  readonly file: string
  readonly definition: ProjectionDefinition
  readonly log: Log
  readonly topics: readonly string[]
  /** Where a new view begins to read. */
  readonly begin: readonly TopicOffset[]
  readonly pauses: Pauses
  /** Ends looking at the log. */
  readonly signal: AbortSignal
}

/**
 * Brings a view's file into a state to go on from: an empty one gets its tables, and so does one that was made from another
 * log, whose rows mean nothing here. Tells whether the file is 'current', or 'outdated': made from this log by another
 * version of the projection, good to read until it is rebuilt. Throws VIEW_DAMAGED, and leaves a file alone that is no view.
 */
export async function prepareView(preparation: ViewPreparation): Promise<'current' | 'outdated'> {
  const { database, definition, log, topics, pauses, signal } = preparation
  for (;;) {
    const found = look(preparation)
    const { meta } = found
    const isOurs = meta !== 'empty' && meta.clusterId === log.clusterId && (await isCheckpointOf(log, topics, found.checkpoint, signal))
    if (isOurs || pauses.stopped) return meta !== 'empty' && isSame(meta, definition) ? 'current' : 'outdated'
    database.pragma('foreign_keys = off')
    const begun = await whenUnlocked(pauses, () => beginAnew(preparation, found))
    database.pragma('foreign_keys = on')
    if (begun) return 'current'
  }
}

/** Whether the rows in the file are those that this definition makes. */
export const isSame = (meta: ViewMeta, definition: ProjectionDefinition): boolean =>
  meta.name === definition.name && meta.version === definition.version && meta.digest === viewDigest(definition)

interface Found {
  readonly meta: ViewMeta | 'empty'
  readonly checkpoint: ReturnType<typeof readCheckpoints>
}

function look({ database, file }: ViewPreparation): Found {
  return guarded(file, () => {
    const meta = readMeta(database)
    if (meta === 'foreign') throw projectionErrors.create('VIEW_DAMAGED', { file, error: 'it holds tables, but no table ottla_view' })
    return { meta, checkpoint: meta === 'empty' ? [] : readCheckpoints(database) }
  })
}

/** Empties the file and makes the view's tables, unless another process has changed it since it was looked at. */
function beginAnew(preparation: ViewPreparation, judged: Found): boolean {
  const { database, file, definition, log, begin } = preparation
  return guarded(file, () =>
    database
      .transaction(() => {
        if (JSON.stringify(look(preparation)) !== JSON.stringify(judged)) return false
        dropAll(database)
        createView(database, definition, log.clusterId, begin)
        return true
      })
      .immediate(),
  )
}
