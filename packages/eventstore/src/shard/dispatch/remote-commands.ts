import { type Clock, freezeState, isOttlaError, type Receipt } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import { learnSchema } from '../../codec/learn-schema.js'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Log, LogProducer, LogRecord } from '../../log/log.js'
import { readEvent } from '../../model/read-event.js'
import type { ShardModel } from '../../model/shard-model.js'
import { type CommandReply, commandReplyDefinition } from '../../records/command-reply.js'
import { header } from '../../records/headers.js'
import { inboxRecord } from '../../records/inbox-record.js'
import { shardOf } from '../../records/partitioner.js'
import type { AppTopics } from '../../records/topics.js'
import type { DecidedCommand } from '../../state/decided-command.js'
import { receiptOf } from '../callers/receipt-of.js'
import type { Call } from './call.js'
import { ReplyReader } from './reply-reader.js'

export interface RemoteOptions {
  readonly topics: AppTopics
  readonly shards: number
  readonly log: Log
  readonly codec: Codec
  readonly clock: Clock
  readonly model: ShardModel
  readonly producer: LogProducer
  /** The id of this node, drawn at its start, so that nobody takes the replies to an earlier life of it. */
  readonly node: string
  /** How many commands wait for other nodes before `send` is refused with OVERLOADED. */
  readonly limit: number
  /** Reads the events that a decided command has left, from this offset on. */
  readonly readEvents: (decided: DecidedCommand, from: number) => Promise<readonly object[]>
}

/** How long the first attempt waits for its reply, in milliseconds; each further one twice as long, up to the longest. */
const firstPatience = 1_000
const longestPatience = 8_000

/** How long a graceful stop waits for other nodes, in milliseconds. */
const longestStop = 5_000

/**
 * Commands for owners on other nodes: each goes through the inbox of its shard, and its outcome comes back through this node's
 * partition of the replies. Both ways are at least once: the id of the command makes it exactly once.
 */
export class RemoteCommands {
  private readonly waiting = new Map<number, Call>()
  private readonly replies: ReplyReader
  private last = 0
  private stopped = false
  private readonly pauses = new Set<() => void>()
  private idle = Promise.withResolvers<void>()

  constructor(private readonly options: RemoteOptions) {
    this.replies = new ReplyReader({ ...options, take: record => this.take(record) })
  }

  /**
   * Writes the command to the inbox and waits a while for its outcome; undefined when none came, so that it is offered again. Rejects with
   * OVERLOADED, COMMAND_ID_REUSED, RECORD_TOO_LARGE or another error of the log that does not pass.
   */
  async offer(call: Call): Promise<Receipt | undefined> {
    const { clock } = this.options
    this.enlist(call)
    call.attempts++
    const patience = Math.min(longestPatience, firstPatience * 2 ** (call.attempts - 1), Math.max(0, call.envelope.deadline - clock.now()))
    const end = Promise.withResolvers<undefined>()
    const cancel = clock.after(patience, () => end.resolve(undefined))
    const stop = () => end.resolve(undefined)
    this.pauses.add(stop)
    if (this.stopped) stop()
    try {
      return await Promise.race([call.answer.promise, this.write(call).then(() => end.promise), end.promise])
    } finally {
      cancel()
      this.pauses.delete(stop)
    }
  }

  /** The caller has its fate: later replies are nobody's. */
  forget(call: Call): void {
    if (call.number !== undefined) this.waiting.delete(call.number)
    if (this.waiting.size === 0) this.idle.resolve()
  }

  /** Resolves when nobody waits for another node, or after 5 seconds. */
  async settled(): Promise<void> {
    if (this.waiting.size === 0) return
    this.idle = Promise.withResolvers()
    const cancel = this.options.clock.after(longestStop, () => this.idle.resolve())
    await this.idle.promise
    cancel()
  }

  /** Waits no longer for any reply. */
  async stop(): Promise<void> {
    this.stopped = true
    for (const stop of this.pauses) stop()
    await this.replies.close()
  }

  private enlist(call: Call): void {
    if (call.number !== undefined) return
    const { limit, shards } = this.options
    if (this.waiting.size >= limit) throw eventstoreErrors.create('OVERLOADED', { shard: shardOf(call.envelope.key, shards), queued: this.waiting.size })
    call.number = ++this.last
    this.waiting.set(call.number, call)
  }

  /** Resolves when the command is in the inbox, or perhaps is. */
  private async write(call: Call): Promise<void> {
    const { topics, shards, clock, node, producer } = this.options
    const { key, id, correlationId, deadline, definition } = call.envelope
    const before = call.taken
    try {
      await this.replies.open()
      // Opening may have taken longer than the caller waits.
      if (call.number === undefined || !this.waiting.has(call.number)) return
      const caller = { node, partition: this.replies.partition, call: call.number, attempt: call.attempts, deadline }
      const envelope = { kind: 'command', type: definition.name, id, correlationId, caller } as const
      call.taken = true
      await producer.send([inboxRecord(topics.commands, shardOf(key, shards), key, envelope, call.message.bytes, clock.now())])
    } catch (error) {
      if (!isOttlaError(error)) throw error
      call.cause = error
      if (error.retriable) return
      call.taken = before
      throw error
    }
  }

  private async take({ value, headers }: LogRecord): Promise<void> {
    const call = this.waiting.get(Number(headers[header.call]))
    if (!call || !value || headers[header.command] !== call.envelope.id) return
    const learning = learnSchema(this.options.codec, value)
    if (learning) await learning
    // Events may have to be read from the log: replies to others do not wait for that.
    this.settle(call, value).catch((error: Error) => {
      call.cause = error
    })
  }

  private async settle(call: Call, value: Buffer): Promise<void> {
    const { topics, shards, codec } = this.options
    const reply = codec.decode(commandReplyDefinition, value) as InstanceType<typeof CommandReply>
    const { id, key, definition } = call.envelope
    const { fate, participant, code, details, duplicate } = reply
    if (fate === 'idReused') return call.answer.reject(eventstoreErrors.create('COMMAND_ID_REUSED', { id, key, command: definition.name }))
    if (fate === 'typeUnknown') throw eventstoreErrors.create('TYPE_UNKNOWN', { type: definition.name })
    const [from, to, eventsEnd, outcomesEnd] = [reply.from, reply.to, reply.eventsEnd, reply.outcomesEnd].map(Number) as [number, number, number, number]
    const about = { participant, key, id, type: definition.name, fingerprint: '', at: 0 }
    const decided: DecidedCommand = { ...about, outcome: fate, from, to, code, details, eventsEnd, outcomesEnd }
    const events = reply.events ? await this.decode(reply.events) : await this.options.readEvents(decided, Number(reply.eventsAt))
    call.answer.resolve(receiptOf(decided, { shard: shardOf(key, shards), topics }, events, duplicate))
  }

  /** The events as instances of their classes, upcast where an older node has decided; of a type that only the owner knows, as plain objects. */
  private async decode(events: readonly Uint8Array[]): Promise<object[]> {
    const { codec, model } = this.options
    const decoded: object[] = []
    for (const bytes of events) {
      const learning = learnSchema(codec, bytes)
      if (learning) await learning
      const type = codec.typeOf(bytes)
      if (model.message(type)) decoded.push(...readEvent(type, bytes, { codec, model }).map(({ message }) => freezeState(message)))
      else decoded.push(codec.decodePlain(bytes).fields)
    }
    return decoded
  }
}
