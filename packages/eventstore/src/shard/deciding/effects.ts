import { type Clock, copyState, freezeState, keyOf, type MessageDefinition } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Decision, Input } from '../../model/participant.js'
import type { ShardModel } from '../../model/shard-model.js'
import type { AppTopics } from '../../records/topics.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { CommandMessage, ShardMessage } from '../messages/shard-message.js'
import type { RefusedMessage } from './refused-commits.js'

/** The effects of one decision, complete before any of them joins the batch. */
export interface Effects {
  readonly events: readonly { readonly definition: MessageDefinition; readonly message: object; readonly bytes: Buffer }[]
  readonly commands: readonly CommandMessage[]
  readonly state: object
}

export interface EffectsOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly codec: Codec
  readonly clock: Clock
  readonly limits: { readonly recordBytes: number }
}

/** Runs participants and prepares everything that could fail, so that a decision joins its batch whole or not at all. */
export class EffectsMaker {
  /** @param refused a message whose own transaction the log has refused: it fails instead of being decided again */
  constructor(
    private readonly options: EffectsOptions,
    private readonly refused: RefusedMessage | undefined,
  ) {}

  /** What the message leads to; the stream stays as it is. Throws the participant's Rejection, or why it failed. */
  make(stream: LiveStream, input: Input, message: ShardMessage, now: number): Effects {
    const { refused } = this
    if (refused?.id === message.id && (input.kind !== 'park' || refused.times > 1)) throw refused.error
    if (stream.unreadable !== undefined)
      throw eventstoreErrors.create('STREAM_UNREADABLE', { stream: `${stream.participant.name}/${stream.id}`, problem: stream.unreadable })
    const { participant, id, version, state } = stream
    const decision = participant.decide(state, input, { id, messageId: message.id, correlationId: message.correlationId, version, now })
    const commands = this.outgoing(decision, stream, message)
    if (decision.events.length === 0) return { events: [], commands, state }
    const next = copyState(state)
    const events = decision.events.map(({ definition, message: event }, index) => {
      const bytes = this.encode(this.options.topics.events, definition, event)
      // What is applied is what will be read back, so that a state is the same whether it was lived or restored.
      const stored = { definition, message: freezeState(this.options.codec.decode(definition, bytes)), bytes }
      participant.evolve(next, stored, { id, version: version + index + 1, timestamp: now })
      return stored
    })
    this.options.model.stateCodec(participant).check(next)
    return { events, commands, state: freezeState(next) }
  }

  private outgoing(decision: Decision, stream: LiveStream, cause: ShardMessage): CommandMessage[] {
    const { codec, topics } = this.options
    return decision.commands.map(({ id, definition, message }) => {
      const bytes = this.encode(topics.commands, definition, message)
      return {
        kind: 'command',
        key: keyOf(definition, message),
        id,
        definition,
        message: freezeState(codec.decode(definition, bytes)),
        bytes,
        correlationId: cause.correlationId,
        replyTo: { saga: stream.participant.name, id: stream.id },
      }
    })
  }

  private encode(topic: string, definition: MessageDefinition, message: object): Buffer {
    const bytes = this.options.codec.encode(topic, definition, message)
    const { recordBytes: limit } = this.options.limits
    if (bytes.length > limit) throw eventstoreErrors.create('RECORD_TOO_LARGE', { bytes: bytes.length, topic, partition: this.options.shard, limit })
    return bytes
  }
}
