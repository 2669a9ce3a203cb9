import { isOttlaError } from '@ottla/core'
import type { Log } from '../log/log.js'
import { isOfThisLog } from '../replay/trusted-checkpoint.js'
import { type Checkpoint, neverPublished } from '../state/checkpoint.js'
import type { StreamPlace } from '../state/unpublished.js'
import { lastMarker, type Marker } from './marker.js'
import { type SnapshotBase, type SnapshotPart, SnapshotWriting, type WritingOptions } from './snapshot-writing.js'

/** What a schedule needs of the shard's memory. */
export interface SnapshotMemory {
  readonly position: Checkpoint
  beginSnapshot(): Checkpoint
  endSnapshot(events: number): void
}

export interface ScheduleOptions extends WritingOptions {
  readonly log: Log
  /** Whether the app takes snapshots. */
  readonly snapshots: boolean
  readonly limits: SnapshotLimits
}

export interface SnapshotLimits {
  /** After about how many events of a shard its next snapshot begins. */
  readonly snapshotEvents: number
  /** After how many milliseconds it begins at the latest, if there is anything new. */
  readonly snapshotInterval: number
  /** About how many bytes one transaction of a snapshot has. */
  readonly snapshotBytes: number
  readonly recordBytes: number
}

/** How many transactions of commands come between two of a snapshot, where commands wait. */
const commandsBetween = 4

/** How long a graceful stop waits for a last snapshot, in milliseconds. */
const longestStop = 5_000

/** How many streams are noted at a time when all of them are to be published. */
const notedAtATime = 1_000

/** A record of a snapshot never gets a smaller limit than this, whatever the log refuses. */
const smallestLimit = 1_024

/**
 * When a shard's owner takes snapshots, and what it commits for them next: between the transactions of commands, never in one with them. Nothing
 * that goes wrong with a snapshot ends the shard: what the log refuses for good only ends the snapshots of this owner.
 */
export class SnapshotSchedule {
  private memory: SnapshotMemory | undefined
  private writing: SnapshotWriting | undefined
  private base: SnapshotBase | undefined
  private preparing = false
  private isOff: boolean
  /** After an error, until the interval is over. */
  private isPaused = false
  private commits = 0
  private recordBytes: number
  private cancelTimer = () => {}
  /** Those who wait until a snapshot is complete, or is not to be. */
  private waiting: (() => void)[] = []

  /** @param wake called when there is something to commit */
  constructor(
    private readonly options: ScheduleOptions,
    private readonly wake: () => void,
  ) {
    this.isOff = !options.snapshots
    this.recordBytes = options.limits.recordBytes
  }

  /** The shard has been taken over: this is what is known of it. */
  begin(memory: SnapshotMemory): void {
    if (this.isOff) return
    this.memory = memory
    const { shard, limits } = this.options
    // Not all shards of a node at once.
    this.setTimer(limits.snapshotInterval * (0.5 + ((shard * 0.618) % 1) / 2))
    this.committed()
  }

  /** The shard is lost or released, or to be taken over anew: a snapshot under way is left as it is. */
  end(): void {
    this.memory = undefined
    this.finish()
    this.cancelTimer()
  }

  /** Commands have been committed: a snapshot may be due. */
  committed(): void {
    this.commits++
    // The owner goes on by itself only while commands wait.
    if (this.writing) this.wake()
    const { position } = this.memory ?? {}
    if (!position || this.writing || this.isPaused) return
    const { published = 0, events } = position
    if (events - (published <= events ? published : 0) >= this.options.limits.snapshotEvents) this.prepare()
  }

  /**
   * What the owner is to commit now, in a transaction of its own, if a snapshot is under way and it is its turn.
   * @param isIdle whether no command waits for the writer
   */
  next(isIdle: boolean): SnapshotPart | undefined {
    if (!this.writing || (!isIdle && this.commits < commandsBetween)) return undefined
    this.commits = 0
    const part = this.writing.next()
    if (part.records.length > 0) return part
    this.wake()
    return undefined
  }

  /** The part has been committed. */
  written({ isLast }: SnapshotPart): void {
    if (!isLast) return
    this.memory?.endSnapshot(this.base?.position.events as number)
    this.finish()
  }

  /** The log has refused a part, so the shard is taken over anew. */
  failed(error: Error): void {
    this.isPaused = true
    if (isOttlaError(error, 'RECORD_TOO_LARGE') && this.recordBytes > smallestLimit) this.recordBytes = Math.max(smallestLimit, this.recordBytes / 2)
    else if (!isOttlaError(error) || !error.retriable) this.isOff = true
  }

  /** Takes a snapshot now if there is anything new, and resolves when it is complete, or when there is none to be had within 5 seconds. */
  async publish(): Promise<void> {
    if (!this.memory || !this.hasNews) return
    const done = new Promise<void>(resolve => this.waiting.push(resolve))
    const cancel = this.options.clock.after(longestStop, () => this.finish())
    if (!this.writing) this.prepare()
    await done
    cancel()
  }

  private get hasNews(): boolean {
    const { published = 0, lastEvent, decidedSince } = this.memory?.position ?? {}
    return published === neverPublished || (lastEvent?.offset ?? -1) >= published || decidedSince !== undefined
  }

  private setTimer(milliseconds: number): void {
    this.cancelTimer = this.options.clock.after(milliseconds, () => {
      this.isPaused = false
      if (!this.writing && this.hasNews) this.prepare()
      this.setTimer(this.options.limits.snapshotInterval)
    })
  }

  private prepare(): void {
    const { memory } = this
    if (!memory || this.preparing) return
    this.preparing = true
    this.findBase(memory)
      .then(base => {
        if (this.memory !== memory) return
        this.base = { ...base, position: memory.beginSnapshot() }
        this.writing = new SnapshotWriting({ ...this.options, limits: { ...this.options.limits, recordBytes: this.recordBytes } }, this.base)
        this.wake()
      })
      .catch((error: unknown) => {
        this.failed(error as Error)
        this.finish()
      })
      .finally(() => {
        this.preparing = false
      })
  }

  /** What the snapshot builds on: the one before, if it is of this log; nobody else can have written one since the take-over. */
  private async findBase(memory: SnapshotMemory): Promise<Omit<SnapshotBase, 'position'>> {
    const { shard, log, topics } = this.options
    const marker = await lastMarker(this.options)
    const isOurs = marker !== undefined && (await isOfThisLog(this.options, marker, memory.position))
    const covered = isOurs ? marker : { events: 0, outcomes: 0 }
    if ((memory.position.published ?? 0) > covered.events || (isOurs && this.isOfOtherCode(marker))) await this.noteAll(memory)
    if (isOurs) return { covered, from: marker.from, hours: marker.hours }
    return { covered, from: (await log.admin.endOffsets(topics.snapshots))[shard] as number, hours: {} }
  }

  /** Whether states in it are of other versions than this code declares: left as they are, they would be made from the events at each restore. */
  private isOfOtherCode({ stateVersions }: Marker): boolean {
    return this.options.model.participants.some(({ name, stateVersion }) => (stateVersions[name] ?? stateVersion) !== stateVersion)
  }

  private async noteAll(memory: SnapshotMemory): Promise<void> {
    const { shard, store, clock } = this.options
    let place: StreamPlace | undefined = { participant: '', id: '' }
    while (place && this.memory === memory) {
      place = store.unpublished.noteAll(shard, place, notedAtATime)
      await new Promise<void>(resolve => clock.nextTurn(resolve))
    }
  }

  private finish(): void {
    this.writing = undefined
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
