import type { Clock } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import type { ShardModel } from '../../model/shard-model.js'
import type { AppTopics } from '../../records/topics.js'
import type { DecidedCommand } from '../../state/decided-command.js'
import type { ReplySender } from '../callers/reply-sender.js'

/** What deciding needs beside the memory of the shard. */
export interface DeciderOptions {
  readonly shard: number
  readonly shards: number
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly codec: Codec
  readonly clock: Clock
  readonly limits: { readonly batchBytes: number; readonly recordBytes: number }
  /** Reads the events of a decided command again, for an answer from de-duplication. */
  readonly readEvents: (decided: DecidedCommand) => Promise<readonly object[]>
  /** Whether there are other nodes, which may know messages that this one does not. */
  readonly hasOthers: () => boolean
  /** Answers callers on other nodes. */
  readonly replies: ReplySender
}
