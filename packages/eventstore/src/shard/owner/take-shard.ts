import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogWriter } from '../../log/log.js'
import { restoreShard } from '../../restore/restore-shard.js'
import type { RestoreOptions } from '../../restore/restore-start.js'
import type { Checkpoint } from '../../state/checkpoint.js'
import type { ShardInbox } from '../inbox/shard-inbox.js'

export interface TakeOptions extends Omit<RestoreOptions, 'retryUnreadable' | 'isWanted'> {
  readonly app: string
  /** Resolves when nobody else in this process writes to the shard's part of the state store. */
  readonly handOver: () => Promise<void>
}

/** What a take-over is told about the owner that wants the shard. */
export interface Taking extends Pick<RestoreOptions, 'retryUnreadable' | 'isWanted'> {
  /** Called with the writer as soon as there is one: it is to be closed also when the take-over fails later. */
  readonly opened: (writer: LogWriter) => void
}

/** A shard that is ours: nobody else can write to it, and the state store has all of it. */
export interface TakenShard {
  readonly restored: Checkpoint
  /** Where to begin in the inbox, and where it ended when the shard was taken. */
  readonly inboxStart: number
  readonly inboxEnd: number
}

/**
 * Takes a shard over, in the order that makes it safe (design.md 2.2): does the group give it to us; open the writer, which fences
 * every earlier one; only then capture the ends and restore up to them; only then look where the inbox stands.
 * Rejects with SHARD_NOT_OWNED, INBOX_LOST, RESTORE_STALLED or the log's errors.
 */
export async function takeShard(options: TakeOptions, inbox: Pick<ShardInbox, 'isOurs'>, taking: Taking): Promise<TakenShard> {
  const { shard, app, log, topics } = options
  const notOurs = () => eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
  if (!(await inbox.isOurs())) throw notOurs()
  const writer = await log.writer(`${app}.${shard}`)
  taking.opened(writer)
  await options.handOver()
  const end = async (topic: string) => (await log.admin.endOffsets(topic))[shard] as number
  const ends = { events: await end(topics.events), outcomes: await end(topics.outcomes) }
  const restored = await restoreShard({ ...options, ...taking }, ends)
  const place = await findInbox(options, writer, restored)
  if (!taking.isWanted()) throw notOurs()
  return { restored, inboxStart: place.start, inboxEnd: place.end }
}

/**
 * Where to begin in the inbox: at the greater of the group's position and the greatest one restored. One beyond the end is of an inbox that was deleted and made
 * anew: what is written there now would be passed over.
 */
async function findInbox({ shard, app, log, topics }: TakeOptions, writer: LogWriter, restored: Checkpoint): Promise<{ start: number; end: number }> {
  const inbox = { topic: topics.commands, partition: shard }
  const begin = (await log.admin.beginOffsets(topics.commands))[shard] as number
  const { committed } = (await log.admin.groupLag(app)).find(({ topic, partition }) => topic === topics.commands && partition === shard) ?? {}
  // After the position: who has been fenced since would see a later owner's beyond an earlier end, and take the inbox for lost.
  const end = (await log.admin.endOffsets(topics.commands))[shard] as number
  const known = [committed ?? -1, restored.inbox ?? -1]
  const start = Math.max(...known.filter(position => position <= end))
  if (start >= begin) return { start, end }
  const stood = Math.max(...known)
  const edge = stood > end ? `ends at ${end}` : `begins at ${begin}`
  if (stood >= 0) throw eventstoreErrors.create('INBOX_LOST', { shard, problem: `it stood at ${stood}, but the inbox ${edge}` })
  if (restored.events > 0 || restored.outcomes > 0) throw eventstoreErrors.create('INBOX_LOST', { shard, problem: 'neither the group nor the log has one' })
  // From the first take-over on there is a position, so that a missing one always means a lost one.
  await writer.commit({ records: [], consumed: { group: app, offsets: [{ ...inbox, offset: begin }] } })
  return { start: begin, end }
}
