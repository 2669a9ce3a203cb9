import type { Clock } from '@ottla/core'
import type Database from 'better-sqlite3'
import { partitionOf } from './place.js'
import type { TopicCatalog } from './topic-catalog.js'

/** How often a log that another process writes is looked at, in milliseconds. */
const interval = 50

export interface LogFollowerOptions {
  readonly database: Database.Database
  readonly catalog: TopicCatalog
  readonly clock: Clock
  /** Called when something has changed. */
  readonly changed: () => void
}

/** Notices what another process writes to the log. */
export class LogFollower {
  private readonly selectVersions: Database.Statement<[], number>
  private readonly selectNew: Database.Statement<[id: number], { id: number; place: number; next: number }>
  private dataVersion: number
  private versions: string
  private lastId: number
  private cancel = () => {}

  constructor(private readonly options: LogFollowerOptions) {
    const { database } = options
    this.selectVersions = database.prepare<[], number>("select value from log where name in ('opened', 'catalog') order by name").pluck()
    this.selectNew = database.prepare('select id, place, next from batches where id > ? order by id')
    this.dataVersion = this.currentData()
    this.versions = this.currentVersions()
    this.lastId = this.currentId()
    // What came between the catalog's own reading and here.
    options.catalog.load()
  }

  start(): void {
    this.cancel = this.options.clock.after(interval, () => {
      this.look()
      this.start()
    })
  }

  stop(): void {
    this.cancel()
  }

  private look(): void {
    try {
      const data = this.currentData()
      if (data === this.dataVersion) return
      this.takeOver()
      this.dataVersion = data
    } catch {
      // Nobody waits for a look: the next one tries again, and what does not pass fails those who read.
      return
    }
    this.options.changed()
  }

  private takeOver(): void {
    const { catalog } = this.options
    const versions = this.currentVersions()
    if (versions !== this.versions) {
      // Topics have changed, or another process writes now, whose batch ids may be lower.
      this.versions = versions
      this.lastId = this.currentId()
      return catalog.load()
    }
    const states = new Map(catalog.all().flatMap(({ partitions }) => partitions.map(state => [state.number, state])))
    for (const { id, place, next } of this.selectNew.iterate(this.lastId)) {
      this.lastId = id
      const state = states.get(partitionOf(place))
      if (state && next > state.end) state.end = next
    }
    catalog.loadBegins()
  }

  private currentData(): number {
    return this.options.database.pragma('data_version', { simple: true }) as number
  }

  private currentVersions(): string {
    return this.selectVersions.all().join()
  }

  private currentId(): number {
    return this.options.database.prepare<[], number>('select ifnull(max(id), 0) from batches').pluck().get() as number
  }
}
