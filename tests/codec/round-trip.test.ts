import { deepStrictEqual } from 'node:assert'
import { normalizeMessage, validateMessage } from '@ottla/core'
import { AvroCodec } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { RandomMessages } from './random-messages.js'

test('what is read back is the normal form of what was written, for any definition and message', async () => {
  const codec = new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
  const messages = new RandomMessages(new Random(20_261_121))
  for (let round = 0; round < 400; round++) {
    const definition = messages.definition()
    await codec.prepare('topic', [definition])
    for (let each = 0; each < 10; each++) {
      const message = messages.message(definition)
      validateMessage(definition, message)
      const normal = normalizeMessage(definition, message)
      const bytes = codec.encode('topic', definition, message)
      const read = codec.decode(definition, bytes)
      deepStrictEqual(read, normal)
      expect(JSON.stringify(read, bigintsAsText)).toBe(JSON.stringify(normal, bigintsAsText))
      deepStrictEqual(normalizeMessage(definition, normal), normal)
      expect(codec.encode('topic', definition, normal)).toEqual(bytes)
    }
  }
})

function bigintsAsText(_: string, part: unknown): unknown {
  return typeof part === 'bigint' ? `${part}n` : part
}
