/** What a node of the bank is started with: JSON in its first parameter. */
export interface NodeSettings {
  readonly app: string
  readonly shards: number
  readonly brokers: readonly string[]
  readonly registry: string
  readonly folder: string
  readonly clientId: string
  readonly sessionTimeout: number
  readonly transactionTimeout: number
  /** Port of a broker → port of the proxy in front of it. */
  readonly proxies: Readonly<Record<number, number>>
  /** false for the control runs only. */
  readonly fenced: boolean
}

/** Lines that a node reads. */
export type NodeRequest =
  | {
      readonly ask: 'send'
      readonly id: string
      readonly type: CommandType
      readonly fields: Readonly<Record<string, string | number>>
      readonly timeout: number
    }
  | { readonly ask: 'caught-up'; readonly ends: readonly { readonly shard: number; readonly offset: number }[] }
  | { readonly ask: 'stop' }

export type CommandType = 'Deposit' | 'Withdraw' | 'Transfer'

/** How a command ended, as its caller was told. */
export interface Answer {
  readonly id: string
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  readonly version: number
  /** How many events it made. */
  readonly events: number
  /** Of a rejection or failure. */
  readonly code?: string
}

/** Lines that a node prints. */
export type NodeReport =
  | { readonly tell: 'ready' }
  | { readonly tell: 'answer'; readonly answer: Answer }
  | { readonly tell: 'refused'; readonly id: string; readonly code: string; readonly retriable: boolean; readonly message: string }
  | { readonly tell: 'caught-up'; readonly problem?: string }
  | { readonly tell: 'not-started'; readonly code: string; readonly retriable: boolean; readonly message: string }
  /** The app cannot go on, or something happened that nobody handled. */
  | { readonly tell: 'broken'; readonly how: 'failed' | 'unhandled rejection' | 'uncaught exception' | 'view' | 'stop'; readonly message: string }
