import { join } from 'node:path'
import { ottlaErrors } from '../../../ottla-errors.js'
import { printLine } from '../../output.js'
import { writeFiles } from '../write-files.js'
import { readAvscFiles } from './avsc-files.js'
import { type ClassFile, type ClassFileParts, classFile, type RecordKind } from './class-file.js'
import { classGroups } from './class-groups.js'
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
 * all others events. Nothing is written where a schema is refused. Rejects with AVSC_MISSING, AVSC_INVALID, SCHEMA_FILE_UNWRITABLE.
 */
export async function writeTypes(paths: readonly string[], options: TypesOptions): Promise<void> {
  const all = namedSchemas(readAvscFiles(paths))
  const commands = commandsOf(options.command ?? [], all)
  const used = new Set([...all.values()].flatMap(({ name, uses }) => [...uses].filter(each => each !== name)))
  const groups = classGroups(all)
  const kindOf = (name: string) => commands.get(name) ?? ({ kind: used.has(name) ? 'value' : 'event' } as const)
  const fileWith = (name: string) => groups.find(group => group.some(schema => schema.name === name))?.[0]?.name ?? name
  const files = groups.map(group => ({ file: join(options.out, fileOf(firstOf(group).name)), group, ...made({ group, all, kindOf, fileWith }) }))
  refuseSameFiles(files)
  writeFiles(files)
  const left = files.flatMap(({ left }) => left)
  if (options.json) return printLine(JSON.stringify({ files: files.map(({ file, group }) => ({ file, types: group.map(({ name }) => name) })), left }))
  await printLine(
    [...files.map(({ file, group }) => `${file} has ${group.map(({ name }) => name).join(' and ')}.`), ...left.map(each => `Not kept, ${each}.`)].join('\n'),
  )
}

function firstOf(group: readonly NamedSchema[]): NamedSchema {
  return group[0] as NamedSchema
}

function made(parts: ClassFileParts): ClassFile {
  try {
    return classFile(parts)
  } catch (error) {
    const { file, name } = firstOf(parts.group)
    throw ottlaErrors.create('AVSC_INVALID', { file, place: name, problem: (error as Error).message }, { cause: error })
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

function refuseSameFiles(files: readonly { readonly file: string; readonly group: readonly NamedSchema[] }[]): void {
  const first = new Map<string, NamedSchema>()
  for (const { file, group } of files) {
    const [schema, other] = [firstOf(group), first.get(file)]
    if (other) throw ottlaErrors.create('AVSC_INVALID', { file: schema.file, place: schema.name, problem: `${other.name} has the same file ${file}` })
    first.set(file, schema)
  }
}
