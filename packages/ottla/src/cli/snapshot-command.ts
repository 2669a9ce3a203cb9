import { systemClock } from '@ottla/core'
import { type SnapshotStatus, snapshotStatus } from '@ottla/eventstore'
import { chooseApp } from './app-name.js'
import { type LogChoice, withLog } from './open-log.js'
import { type Column, printLine, tableText } from './output.js'

export interface SnapshotOptions extends LogChoice {
  readonly app?: string
  readonly json?: boolean
}

const columns: readonly Column[] = [
  { name: 'Shard', right: true },
  { name: 'Snapshot' },
  { name: 'Events', right: true },
  { name: 'Outcomes', right: true },
  { name: 'Inbox', right: true },
  { name: 'End', right: true },
  { name: 'Behind', right: true },
  { name: 'Keys', right: true },
  { name: 'Bytes', right: true },
]

/** `ottla snapshot`: how far the snapshots of an app's shards go, and how large they are. */
export async function showSnapshots(options: SnapshotOptions): Promise<void> {
  const { app, shards } = await withLog(options, 'ottla snapshot', async opened => {
    const app = await chooseApp(opened, options.app)
    return { app, shards: await snapshotStatus({ ...opened, app, clock: systemClock }) }
  })
  const total = (of: 'behind' | 'keys' | 'bytes') => shards.reduce((sum, shard) => sum + shard[of], 0)
  const all = { behind: total('behind'), keys: total('keys'), bytes: total('bytes') }
  if (options.json) return printLine(JSON.stringify({ app, shards: shards.map(jsonOf), ...all }))
  await printLine(tableText(columns, [...shards.map(rowOf), ['all', '', '', '', '', '', all.behind, all.keys, all.bytes]]))
}

function jsonOf({ shard, marker, end, behind, keys, bytes }: SnapshotStatus): object {
  const { at, events = null, outcomes = null, inbox = null } = marker ?? {}
  return { shard, at: at === undefined ? null : new Date(at).toISOString(), events, outcomes, inbox, end, behind, keys, bytes }
}

function rowOf({ shard, marker, end, behind, keys, bytes }: SnapshotStatus): (string | number)[] {
  if (!marker) return [shard, 'none', '', '', '', end, behind, keys, bytes]
  return [shard, new Date(marker.at).toISOString(), marker.events, marker.outcomes, marker.inbox ?? '', end, behind, keys, bytes]
}
