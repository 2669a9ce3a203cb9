import type { Clock } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import type { LogProducer } from '../../log/log.js'
import type { CallerAddress } from '../../records/caller-address.js'
import { CommandReply, commandReplyDefinition } from '../../records/command-reply.js'
import { header } from '../../records/headers.js'
import { type AppTopics, replyRetention } from '../../records/topics.js'
import type { DecidedCommand } from '../../state/decided-command.js'

export interface ReplySenderOptions {
  readonly topics: AppTopics
  readonly codec: Codec
  readonly clock: Clock
  readonly producer: LogProducer
  /** How many bytes the events of a reply may have; the caller reads larger ones from the log. */
  readonly eventBytes: number
}

/** A decided command as it is answered to another node. */
export interface AnsweredCommand {
  readonly decided: DecidedCommand
  readonly duplicate: boolean
  /** As they are in the log, or undefined where only the log has them. */
  readonly events: readonly Uint8Array[] | undefined
  /** An offset at or before the first event. */
  readonly eventsAt: number
}

type Fate = InstanceType<typeof CommandReply>['fate']

/**
 * Answers commands that other nodes have sent through the inbox, after their commit. A reply may get lost: the caller offers the
 * same id again and gets the first outcome, so nobody waits for its being written.
 */
export class ReplySender {
  constructor(private readonly options: ReplySenderOptions) {}

  decided(to: CallerAddress, { decided, duplicate, events, eventsAt }: AnsweredCommand): void {
    const { id, participant, outcome, code, details } = decided
    const [from, until, eventsEnd, outcomesEnd] = [decided.from, decided.to, decided.eventsEnd, decided.outcomesEnd].map(BigInt) as [bigint, ...bigint[]]
    const bytes = events?.reduce((sum, event) => sum + event.length, 0) ?? 0
    const fitting = events && bytes <= this.options.eventBytes ? [...events] : undefined
    const about = { participant, from, to: until as bigint, code, details, eventsEnd: eventsEnd as bigint, outcomesEnd: outcomesEnd as bigint, duplicate }
    this.send(to, id, { fate: outcome, ...about, events: fitting, eventsAt: BigInt(eventsAt) })
  }

  /** The id belongs to another command. */
  idReused(to: CallerAddress, id: string): void {
    this.refuse(to, id, 'idReused')
  }

  /** This node has no class for the command: it is the caller's again, who offers it until a node that knows it owns the shard. */
  typeUnknown(to: CallerAddress, id: string): void {
    this.refuse(to, id, 'typeUnknown')
  }

  private refuse(to: CallerAddress, id: string, fate: Fate): void {
    this.send(to, id, { fate, participant: '', from: 0n, to: 0n, eventsEnd: 0n, outcomesEnd: 0n, duplicate: false, events: [], eventsAt: 0n })
  }

  private send({ node, partition, call, attempt, deadline }: CallerAddress, id: string, reply: ConstructorParameters<typeof CommandReply>[0]): void {
    const { topics, codec, clock, producer } = this.options
    const timestamp = clock.now()
    // The clocks of nodes differ; this is far beyond that.
    if (timestamp > deadline + replyRetention) return
    const headers = { [header.command]: id, [header.call]: String(call), [header.attempt]: String(attempt) }
    const value = codec.encode(topics.replies, commandReplyDefinition, new CommandReply(reply))
    producer.send([{ topic: topics.replies, partition, key: node, value, headers, timestamp }]).catch(() => undefined)
  }
}
