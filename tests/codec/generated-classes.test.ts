import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MessageClass, type MessageDefinition, messageDefinition, normalizeMessage } from '@ottla/core'
import { AvroCodec, messageSchema } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ottla } from '../cli/run-ottla.js'
import { Random } from '../simulation/random.js'
import { RandomMessages } from './random-messages.js'

const seed = Number(process.env.OTTLA_SEED ?? 20_261_121)
const models = 80
const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'ottla-generated-'))
const random = new RandomMessages(new Random(seed))
const definitions = Array.from({ length: models }, () => random.definition())

beforeAll(async () => {
  // So that the classes find `ottla`.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'avsc'))
  for (const definition of definitions) writeFileSync(join(folder, `avsc/${definition.name}.avsc`), messageSchema(definition).text)
  expect(await ottla(['schema', 'types', join(folder, 'avsc'), '--out', join(folder, 'src')])).toMatchObject({ code: 0, stderr: '' })
  compile()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(`classes made from ${models} random schemas have the same schemas, and read what was written (OTTLA_SEED=${seed})`, async () => {
  const codec = new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
  for (const definition of definitions) {
    const made = await madeClass(definition)
    expect(messageSchema(made).text).toBe(messageSchema(definition).text)
    await codec.prepare('t', [definition])
    const message = random.message(definition)
    const read = codec.decode(made, codec.encode('t', definition, message))
    // The classes are others of the same names.
    expect({ ...read }).toEqual({ ...normalizeMessage(definition, message) })
  }
})

/** With the settings that users are told to take. */
function compile(): void {
  const options = { composite: false, rootDir: './src', outDir: './out', typeRoots: [join(root, 'node_modules/@types')] }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions: options, include: ['src'] }))
  const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
}

async function madeClass({ name }: MessageDefinition): Promise<MessageDefinition> {
  const simple = name.slice(name.lastIndexOf('.') + 1)
  const file = (await import(join(folder, `out/some/${simple.toLowerCase()}.js`))) as Record<string, MessageClass>
  return messageDefinition(file[simple] as MessageClass)
}
