import type { Reply } from '../../model/participant.js'
import type { ShardModel } from '../../model/shard-model.js'
import type { ReplyAddress } from '../../records/inbox-record.js'
import type { CommandMessage, ReplyToSaga, ShardMessage } from '../messages/shard-message.js'
import type { Effects } from './effects.js'

/** The messages to sagas that want to see these events of the aggregate `streamId`. */
export function toSagas(model: ShardModel, streamId: string, { events }: Effects, cause: CommandMessage): ShardMessage[] {
  const messages: ShardMessage[] = []
  for (const [index, { definition, message, bytes }] of events.entries()) {
    const id = `${cause.id}/${index}`
    for (const { saga, sagaId } of model.triggers(definition.name)) {
      const to = { saga: saga.name, id: `${id}/${saga.name}`, correlationId: cause.correlationId }
      try {
        messages.push({ ...to, kind: 'event', key: sagaId(message, streamId), definition, message, bytes })
      } catch (error) {
        // A reaction that throws never undoes the event: it is recorded as failed where the saga would be.
        messages.push({ ...to, kind: 'unreadable', key: streamId, type: saga.name, error: error as Error })
      }
    }
  }
  return messages
}

/** The outcome of a command for the saga that sent it, if one did. */
export function replyTo(
  command: { readonly id: string; readonly replyTo?: ReplyAddress; readonly correlationId: string },
  decided: Pick<Reply, 'outcome' | 'code' | 'details'>,
): readonly ReplyToSaga[] {
  if (!command.replyTo) return []
  const { outcome, code, details } = decided
  const reply: Reply = { commandId: command.id, outcome, code, details }
  return [{ kind: 'reply', saga: command.replyTo.saga, key: command.replyTo.id, id: `${command.id}/reply`, reply, correlationId: command.correlationId }]
}
