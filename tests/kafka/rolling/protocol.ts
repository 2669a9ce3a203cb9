/** Which modules a node runs. */
export type Version = 'old' | 'new'

export interface NodeSettings {
  readonly version: Version
  readonly app: string
  readonly shards: number
  readonly brokers: readonly string[]
  readonly registry: string
  readonly folder: string
}

/** A command to send: a line on the standard input. The end of the input stops the node. */
export interface NodeRequest {
  readonly id: string
  readonly type: 'Receive' | 'Label'
  readonly fields: Readonly<Record<string, string | number>>
}

/** A line on the standard output. */
export type NodeReport =
  | { readonly tell: 'ready' }
  | { readonly tell: 'answer'; readonly id: string; readonly outcome: string; readonly code?: string }
  | { readonly tell: 'refused'; readonly id: string; readonly code: string }
