import type { Answer, CommandType } from '../bank/protocol.js'

/** A committed record as the independent reader saw it. */
export interface LoggedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Of the bank's events; empty for others. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Where a partition begins, where its last finished transaction ends, and where it ends. */
export interface PartitionEnd {
  readonly topic: string
  readonly partition: number
  readonly begin: number
  readonly stable: number
  readonly end: number
}

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** All of an app's topics, each partition in the order of its offsets. */
export interface Topics {
  readonly records: readonly LoggedRecord[]
  readonly ends: readonly PartitionEnd[]
  /** Of the app's consumer group. */
  readonly committed: readonly CommittedOffset[]
}

/** A command that a client sent, and every answer to it: more than one where it asked again. */
export interface AskedCommand {
  readonly id: string
  readonly type: CommandType
  readonly fields: Readonly<Record<string, string | number>>
  readonly answers: readonly Answer[]
}

/** What a node's view holds in the end, and where it differs from a fresh one. */
export interface ViewAtEnd {
  readonly node: string
  readonly balances: readonly { readonly account: string; readonly balance: number; readonly changes: number }[]
  readonly differences: readonly string[]
}

/** All that is known of a run after it: what the checks are held against. */
export interface History {
  readonly app: string
  readonly topics: Topics
  /** Kept by the driver, outside of the framework. */
  readonly commands: readonly AskedCommand[]
  readonly views: readonly ViewAtEnd[]
  /** Unhandled rejections, exits that nobody asked for, apps that could not go on. */
  readonly breakdowns: readonly { readonly node: string; readonly message: string }[]
}

/** A promise that was broken. */
export interface Violation {
  readonly text: string
  /** The first bad record, where there is one. */
  readonly record?: LoggedRecord
}

export type Check = (history: History) => Violation[]

export function recordsOf({ app, topics }: History, topic: 'commands' | 'events' | 'outcomes'): readonly LoggedRecord[] {
  return topics.records.filter(record => record.topic === `${app}.${topic}`)
}

/** Names the stream of an event or outcome: aggregate or saga, and id. */
export function streamOf({ headers, key }: LoggedRecord): string {
  return `${headers.stream}/${key}`
}
