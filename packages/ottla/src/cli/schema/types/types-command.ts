import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ottlaErrors } from '../../../ottla-errors.js'
import { printLine } from '../../output.js'
import { readAvscFiles } from './avsc-files.js'
import { type ClassFile, classFile, type RecordKind } from './class-file.js'
import { type NamedSchema, namedSchemas } from './named-schemas.js'
import { fileOf } from './type-script-names.js'

export interface TypesOptions {
  readonly out: string
  /** `shop.PlaceOrder.orderId`: a record that is a command, and its field with the id. */
  readonly command?: readonly string[]
  readonly json?: boolean
}

/**
 * `ottla schema types`: a TypeScript file for each named type of these .avsc files. A record that others use becomes a value, one that is named by `--command` a command, and
 * all others events. Nothing is written where a schema is refused. Rejects with AVSC_MISSING, AVSC_INVALID.
 */
export async function writeTypes(paths: readonly string[], options: TypesOptions): Promise<void> {
  const all = namedSchemas(readAvscFiles(paths))
  const commands = commandsOf(options.command ?? [], all)
  const used = new Set([...all.values()].flatMap(({ name, uses }) => [...uses].filter(each => each !== name)))
  const files = [...all.values()].map(schema => ({
    file: join(options.out, fileOf(schema.name)),
    schema,
    ...made(schema, all, commands.get(schema.name) ?? { kind: used.has(schema.name) ? 'value' : 'event' }),
  }))
  refuseSameFiles(files)
  for (const { file, text } of files) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const left = files.flatMap(({ left }) => left)
  if (options.json) return printLine(JSON.stringify({ files: files.map(({ file, schema }) => ({ file, type: schema.name })), left }))
  await printLine([...files.map(({ file, schema }) => `${file} has ${schema.name}.`), ...left.map(each => `Not kept, ${each}.`)].join('\n'))
}

function made(schema: NamedSchema, all: ReadonlyMap<string, NamedSchema>, kind: RecordKind): ClassFile {
  try {
    return classFile(schema, all, kind)
  } catch (error) {
    throw ottlaErrors.create('AVSC_INVALID', { file: schema.file, place: schema.name, problem: (error as Error).message }, { cause: error })
  }
}

function commandsOf(given: readonly string[], all: ReadonlyMap<string, NamedSchema>): ReadonlyMap<string, RecordKind> {
  return new Map(
    given.map(text => {
      const [, name = '', id = ''] = /^(.+)\.([^.]+)$/.exec(text) ?? []
      const fields = all.get(name)?.json.fields
      if (Array.isArray(fields) && fields.some(field => field.name === id)) return [name, { kind: 'command', id }]
      throw ottlaErrors.create('USAGE_INVALID', {
        problem: `There is no field ${text} in the files: name a record and its field with the id`,
        command: 'ottla schema types',
      })
    }),
  )
}

function refuseSameFiles(files: readonly { readonly file: string; readonly schema: NamedSchema }[]): void {
  const first = new Map<string, NamedSchema>()
  for (const { file, schema } of files) {
    const other = first.get(file)
    if (other) throw ottlaErrors.create('AVSC_INVALID', { file: schema.file, place: schema.name, problem: `${other.name} has the same file ${file}` })
    first.set(file, schema)
  }
}
