import { event, type MessageDefinition, messageDefinition, t } from '@ottla/core'

/** The payload of a reply to a node whose command came through the inbox: all that a receipt needs. */
export const CommandReply = event('ottla.CommandReply', {
  /** How it was decided; `idReused` and `typeUnknown` say that it was not. */
  fate: t.enum('ottla.CommandFate', ['accepted', 'rejected', 'failed', 'idReused', 'typeUnknown']),
  participant: t.string,
  from: t.long,
  to: t.long,
  code: t.optional(t.string),
  details: t.optional(t.string),
  eventsEnd: t.long,
  outcomesEnd: t.long,
  duplicate: t.boolean,
  /** The events as they are in the log; absent where they would make the reply too large, or were decided some time ago. */
  events: t.optional(t.array(t.bytes)),
  /** Then: an offset at or before the first of them. */
  eventsAt: t.long,
})

export const commandReplyDefinition: MessageDefinition = messageDefinition(CommandReply)
