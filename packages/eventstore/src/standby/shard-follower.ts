import { isOttlaError } from '@ottla/core'
import { followShard, restoreShard } from '../restore/restore-shard.js'
import type { RestoreOptions } from '../restore/restore-start.js'
import { BackOff } from '../retry/back-off.js'

export type FollowerOptions = Omit<RestoreOptions, 'retryUnreadable' | 'isWanted' | 'signal'>

/**
 * Keeps the state store of a shard that another node owns up with the log, so that a take-over here has only the rest to read. It reads committed records
 * and never writes to the log. When the log cannot be reached it tries again and again; what it cannot do ends it alone, since all of it is done at a take-over too.
 */
export class ShardFollower {
  private readonly abort = new AbortController()
  private readonly backOff: BackOff
  private readonly running: Promise<void>

  /** @param after resolves when nobody else in this process writes to the shard's part of the state store */
  constructor(
    private readonly options: FollowerOptions,
    after: Promise<void>,
  ) {
    this.backOff = new BackOff(options.clock)
    this.running = after.then(() => this.run())
  }

  /** Resolves when it has stopped: the state store stands at a checkpoint, and is the caller's to write. */
  async stop(): Promise<void> {
    this.abort.abort()
    this.backOff.stop()
    await this.running
  }

  private get isStopped(): boolean {
    return this.abort.signal.aborted
  }

  private async run(): Promise<void> {
    for (let attempt = 0; !this.isStopped; attempt++) {
      const begun = this.options.clock.now()
      try {
        await this.follow(attempt === 0)
      } catch (error) {
        if (this.isStopped || (isOttlaError(error) && !error.retriable)) return
      }
      if (this.options.clock.now() - begun > calm) attempt = 0
      await this.backOff.wait(attempt)
    }
  }

  private async follow(retryUnreadable: boolean): Promise<never> {
    const { shard, topics, log } = this.options
    const attempt = new AbortController()
    const end = () => attempt.abort()
    this.abort.signal.addEventListener('abort', end)
    const options = { ...this.options, retryUnreadable, isWanted: () => !this.isStopped, signal: attempt.signal }
    try {
      const [events, outcomes] = await Promise.all([topics.events, topics.outcomes].map(async topic => (await log.admin.endOffsets(topic))[shard] as number))
      const start = await restoreShard(options, { events: events as number, outcomes: outcomes as number })
      return await followShard({ ...options, retryUnreadable: false }, start)
    } finally {
      this.abort.signal.removeEventListener('abort', end)
    }
  }
}

/** Who has followed for so long, in milliseconds, begins anew with short pauses. */
const calm = 60_000
