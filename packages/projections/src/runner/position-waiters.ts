import type { Clock, OttlaError, Position } from '@ottla/core'
import type { TopicOffset } from '@ottla/eventstore'
import { projectionErrors } from '../projection-errors.js'
import { PartitionOffsets } from './partition-offsets.js'

interface Waiter {
  readonly wanted: readonly TopicOffset[]
  settle(error?: OttlaError): void
}

/** Where a view stands, and who waits for it to stand somewhere. */
export class PositionWaiters {
  #offsets = new PartitionOffsets()
  readonly #waiters = new Set<Waiter>()
  #failure: OttlaError | undefined

  constructor(
    private readonly view: string,
    private readonly topics: readonly string[],
    private readonly clock: Clock,
  ) {}

  get offsets(): readonly TopicOffset[] {
    return this.#offsets.list()
  }

  /** Resolves when the view has read up to `position`; the topics that it does not read are covered always. Rejects with VIEW_TIMEOUT, or with what ended the view. */
  waitFor(position: Position, timeout: number): Promise<void> {
    const wanted = this.topics.flatMap(topic => {
      const offset = position.offsets[topic]
      return offset === undefined ? [] : [{ topic, partition: position.shard, offset }]
    })
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#offsets.covers(wanted)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        wanted,
        settle: error => {
          cancel()
          this.#waiters.delete(waiter)
          error ? reject(error) : resolve()
        },
      }
      const cancel = this.clock.after(timeout, () => waiter.settle(this.#timedOut(wanted, timeout)))
      this.#waiters.add(waiter)
    })
  }

  /** The view stands here now, and perhaps has gone back. */
  reset(offsets: readonly TopicOffset[]): void {
    this.#offsets = new PartitionOffsets(offsets)
    this.#wake()
  }

  /** The view has read on to here. */
  advance(offsets: readonly TopicOffset[]): void {
    for (const offset of offsets) this.#offsets.set(offset)
    this.#wake()
  }

  /** Nothing will move any more: everybody who waits, and who will, gets this error. */
  fail(error: OttlaError): void {
    this.#failure = error
    for (const waiter of this.#waiters) waiter.settle(error)
  }

  #wake(): void {
    for (const waiter of this.#waiters) if (this.#offsets.covers(waiter.wanted)) waiter.settle()
  }

  #timedOut(wanted: readonly TopicOffset[], timeout: number): OttlaError {
    const show = ({ topic, partition, offset }: TopicOffset) => `${topic}-${partition}@${offset}`
    const position = wanted.map(at => show({ ...at, offset: this.#offsets.get(at) ?? 0 }))
    return projectionErrors.create('VIEW_TIMEOUT', { view: this.view, wanted: wanted.map(show).join(', '), timeout, position: position.join(', ') })
  }
}
