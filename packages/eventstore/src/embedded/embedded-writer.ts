import { eventstoreErrors } from '../eventstore-errors.js'
import type { Commit, LogWriter } from '../log/log.js'
import type { Committer, GroupCommit } from './group-commit.js'
import type { WriterEpoch } from './writer-epochs.js'

/** One opening of a writer id; a later opening has a greater epoch and shuts this one out. Commits may follow without waiting for the one before. */
export class EmbeddedWriter implements LogWriter, Committer {
  private readonly own: number
  private dead: Error | undefined
  private closed = false

  constructor(
    readonly id: string,
    private readonly epoch: WriterEpoch,
    private readonly group: GroupCommit,
    /** Throws LOG_CLOSED. */
    private readonly requireOpen: () => void,
  ) {
    this.own = epoch.newest
  }

  async commit(commit: Commit): Promise<readonly number[]> {
    this.requireOpen()
    if (this.closed) throw eventstoreErrors.create('LOG_CLOSED', { log: this.id })
    return this.group.submit(this, commit)
  }

  problem(): Error | undefined {
    if (this.dead) return this.dead
    return this.epoch.newest === this.own ? undefined : eventstoreErrors.create('WRITER_FENCED', { writer: this.id })
  }

  die(error: Error): void {
    this.dead ??= error
  }

  /** A commit under way is still settled. */
  async close(): Promise<void> {
    this.closed = true
  }
}
