import { type Clock, type CommandEnvelope, coreErrors, freezeState, isOttlaError, type Receipt } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { ShardModel } from '../../model/shard-model.js'
import { shardOf } from '../../records/partitioner.js'
import type { AppTopics } from '../../records/topics.js'
import type { Caller } from '../messages/caller.js'
import type { ShardOwner } from '../owner/shard-owner.js'
import { Call } from './call.js'
import type { RemoteCommands } from './remote-commands.js'

export interface DispatchOptions {
  readonly topics: AppTopics
  readonly shards: number
  readonly codec: Codec
  readonly clock: Clock
  readonly model: ShardModel
  /** The owner of a shard on this node, if there is one. */
  readonly owner: (shard: number) => ShardOwner | undefined
  /** The way to other nodes, or undefined when there is none (yet, or any more). */
  readonly remote: () => RemoteCommands | undefined
}

/**
 * Brings commands to the owner of their shard: straight into its queue where this process has it, else through the inbox. A command that
 * comes back without an outcome is offered again with the same id, here or there, until the caller's time is over: every caller gets a fate.
 */
export class CommandDispatch {
  private readonly open = new Set<Promise<Receipt>>()
  private isStopped = false

  constructor(private readonly options: DispatchOptions) {}

  /** The outcome of the command. Rejects as `CommandBus.send` says, and with SHARD_NOT_OWNED when this node stops before the command was taken up. */
  dispatch(envelope: CommandEnvelope): Promise<Receipt> {
    const outcome = this.pursue(envelope)
    this.open.add(outcome)
    const forget = () => this.open.delete(outcome)
    outcome.then(forget, forget)
    return outcome
  }

  /** No command is offered again from now on. */
  stop(): void {
    this.isStopped = true
  }

  /** Resolves when every caller has its fate. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.open)
  }

  private async pursue(envelope: CommandEnvelope): Promise<Receipt> {
    const call = new Call(envelope, this.messageOf(envelope))
    const shard = shardOf(envelope.key, this.options.shards)
    try {
      for (;;) {
        const receipt = await this.offer(call, shard)
        if (receipt) return receipt
        if (this.isStopped && !call.taken) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
        if (this.isStopped || this.options.clock.now() >= envelope.deadline) throw call.withoutOutcome
      }
    } finally {
      this.options.remote()?.forget(call)
    }
  }

  private messageOf({ id, key, definition, command, correlationId }: CommandEnvelope): Call['message'] {
    const { model, codec, topics } = this.options
    if (!model.decider(definition.name)) throw coreErrors.create('COMMAND_UNKNOWN', { command: definition.name })
    const bytes = codec.encode(topics.commands, definition, command)
    // The bus has made it canonical: handlers get what an inbox record would give them, whichever way the command came.
    return { kind: 'command', key, id, definition, message: freezeState(command), bytes, correlationId }
  }

  private async offer(call: Call, shard: number): Promise<Receipt | undefined> {
    const owner = this.options.owner(shard)
    const remote = this.options.remote()
    try {
      if (owner?.takesCommands) return await this.offerHere(call, owner)
      return await remote?.offer(call)
    } catch (error) {
      const isFate = isOttlaError(error, 'COMMAND_ID_REUSED', 'COMMAND_OUTCOME_UNKNOWN', 'COMMAND_TIMEOUT')
      if (isFate || !call.taken) throw error
      // An earlier offer may be decided all the same.
      call.cause = error as Error
      throw call.withoutOutcome
    }
  }

  /** The outcome from the queue of this process, or from another node that has got the command before; undefined when the shard goes. */
  private async offerHere(call: Call, owner: ShardOwner): Promise<Receipt | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>()
    const caller: Caller = { envelope: call.envelope, taken: call.taken, resolve, reject }
    try {
      owner.offer(caller, { ...call.message, caller })
      return await Promise.race([promise, call.answer.promise])
    } catch (error) {
      call.taken ||= caller.taken
      if (isOttlaError(error, 'SHARD_NOT_OWNED')) return undefined
      // The stream waits for a newer node, and so does the command: in the inbox, where that one will find it.
      if (isOttlaError(error, 'TYPE_UNKNOWN')) return this.options.remote()?.offer(call)
      throw error
    }
  }
}
