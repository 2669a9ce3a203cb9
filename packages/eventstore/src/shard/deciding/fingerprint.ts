import { hash } from 'node:crypto'
import type { CommandMessage } from '../messages/shard-message.js'

/** Tells a command that is sent again from another one with its id: a digest of type and content, whatever schema it was written with: an absent optional field is no content. */
export function fingerprintOf({ definition, message }: CommandMessage): string {
  const content = JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  return hash('sha1', `${definition.name} ${content}`, 'base64').slice(0, 16)
}
