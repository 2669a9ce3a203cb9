import { isOttlaError } from '@ottla/core'
import { atPlace, type UnreadRecord } from '@ottla/eventstore'
import type { DecodedEvent } from './event-decoder.js'

/** Keeps records that a view cannot read. */
export type SetAside = (unread: readonly UnreadRecord[]) => Promise<void>

/** How many records a reading of the log sets aside: where every event is unreadable, as with a broken upcaster, more would tell nobody anything. */
const most = 1000

/** Sets the records aside that a view cannot read. One that can be read, and whose handler throws, is the view's own affair. */
export class UnreadRecords {
  #left = most

  constructor(
    private readonly view: string,
    private readonly setAside: SetAside = async () => {},
  ) {}

  /** Resolves when those that are unreadable are kept; before that, the view must not pass over them. */
  async keep(events: readonly DecodedEvent[]): Promise<void> {
    const unread = events.flatMap(({ record, content }) => (isOttlaError(content) ? [{ record, error: atPlace(content, record) }] : []))
    const kept = unread.slice(0, this.#left)
    if (kept.length > 0) await this.setAside(kept.map(each => ({ ...each, reader: `view:${this.view}` })))
    this.#left -= kept.length
  }
}
