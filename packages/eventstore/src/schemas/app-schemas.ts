import type { MessageDefinition } from '@ottla/core'
import { messageSchema } from '../codec/message-schema.js'
import type { AppTopics } from '../records/topics.js'
import type { SubjectSchema } from '../registry/registered-schemas.js'
import { schemaSubject } from '../registry/schema-subject.js'
import { appMessages } from './app-messages.js'

/** The schema of a message that an app writes, and where the registry has it. */
export interface AppSchema extends SubjectSchema {
  readonly topic: string
  readonly message: MessageDefinition
}

/** The schemas of everything that an app writes: what it registers when it starts. `snapshots` says whether it takes any. Throws MODEL_INVALID. */
export function appSchemas(topics: AppTopics, model: Parameters<typeof appMessages>[1], snapshots: boolean): readonly AppSchema[] {
  return appMessages(topics, model, snapshots).flatMap(({ topic, messages }) =>
    messages.map(message => ({ topic, message, subject: schemaSubject(topic, message), schema: messageSchema(message).text })),
  )
}
