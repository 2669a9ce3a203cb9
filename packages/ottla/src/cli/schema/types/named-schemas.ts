import { isOttlaError } from '@ottla/core'
import { exactJsonText, parseSchema } from '@ottla/eventstore'
import { ottlaErrors } from '../../../ottla-errors.js'
import type { AvscFile } from './avsc-files.js'

export type Json = { readonly [key: string]: unknown }

/** A type with a name, as a file defines it. */
export interface NamedSchema {
  /** With its namespace. */
  readonly name: string
  /** Its JSON, with what it uses by its full name, wherever that is defined. */
  readonly json: Json
  readonly file: string
  /** Where in the file. */
  readonly place: string
  /** The named types in it. */
  readonly uses: ReadonlySet<string>
}

const primitives: ReadonlySet<unknown> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])
const namedTypes: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])

/** All named types of these files, which may use each other's. Throws AVSC_INVALID with file and place where Avro would not take them. */
export function namedSchemas(files: readonly AvscFile[]): ReadonlyMap<string, NamedSchema> {
  const names = new Set<string>()
  for (const { json } of files) collectNames(json, '', names)
  const found = new Map<string, NamedSchema>()
  for (const { file, json } of files) {
    const roots = Array.isArray(json) ? json : [json]
    for (const [index, root] of roots.entries()) {
      const place = Array.isArray(json) ? `[${index}]` : ''
      if (!namedTypes.has((root as Json | null)?.type)) throw invalid(file, place, 'a file holds a record, an enum or a fixed, or a list of them')
      new Reading(file, names, found).type(root, '', place)
    }
  }
  for (const schema of found.values()) check(schema, found)
  return found
}

/** The schema of a named type by itself, with everything that it uses written out where it occurs first. */
export function expanded(name: string, all: ReadonlyMap<string, NamedSchema>): unknown {
  const written = new Set<string>()
  const expand = (json: unknown): unknown => {
    if (Array.isArray(json)) return json.map(expand)
    if (typeof json === 'string') {
      const schema = all.get(json)
      if (!schema || written.has(json)) return json
      written.add(json)
      return expand(schema.json)
    }
    const { type, items, values, fields, ...rest } = json as Json
    return {
      ...rest,
      type: namedTypes.has(type) || primitives.has(type) || type === 'array' || type === 'map' ? type : expand(type),
      ...(type === 'array' && { items: expand(items) }),
      ...(type === 'map' && { values: expand(values) }),
      ...(Array.isArray(fields) && { fields: fields.map(field => ({ ...field, type: expand(field.type) })) }),
    }
  }
  return expand(name)
}

function collectNames(json: unknown, namespace: string, names: Set<string>): void {
  if (Array.isArray(json))
    return json.forEach(each => {
      collectNames(each, namespace, names)
    })
  if (typeof json !== 'object' || json === null) return
  const { type, items, values, fields } = json as Json
  const name = namedTypes.has(type) ? fullName(json as Json, namespace) : undefined
  if (name !== undefined) names.add(name)
  const inner = name === undefined ? namespace : namespaceOf(name)
  for (const part of [type, items, values]) collectNames(part, inner, names)
  if (Array.isArray(fields)) for (const field of fields) collectNames((field as Json | null)?.type, inner, names)
}

/** Reads one file; what is defined inside another type is taken out of it. */
class Reading {
  #uses = new Set<string>()

  constructor(
    private readonly file: string,
    private readonly names: ReadonlySet<string>,
    private readonly found: Map<string, NamedSchema>,
  ) {}

  type(json: unknown, namespace: string, place: string): unknown {
    if (typeof json === 'string') return this.#reference(json, namespace, place)
    if (Array.isArray(json)) return json.map((branch, index) => this.type(branch, namespace, `${place}[${index}]`))
    if (typeof json !== 'object' || json === null) throw invalid(this.file, place, `${JSON.stringify(json)} is no type`)
    const schema = json as Json
    if (namedTypes.has(schema.type)) return this.#define(schema, namespace, place)
    if (schema.type === 'array') return { ...schema, items: this.type(schema.items, namespace, `${place}.items`) }
    if (schema.type === 'map') return { ...schema, values: this.type(schema.values, namespace, `${place}.values`) }
    const type = this.type(schema.type, namespace, `${place}.type`)
    return primitives.has(type) ? { ...schema, type } : type
  }

  #reference(name: string, namespace: string, place: string): string {
    if (primitives.has(name)) return name
    const full = name.includes('.') || !namespace ? name : `${namespace}.${name}`
    const known = [full, name].find(each => this.names.has(each))
    if (known === undefined) throw invalid(this.file, place, `the type ${full} is in none of the files`)
    this.#uses.add(known)
    return known
  }

  #define(schema: Json, enclosing: string, place: string): string {
    const name = fullName(schema, enclosing)
    if (name === undefined) throw invalid(this.file, place, `a ${schema.type} has no name`)
    const outer = this.#uses
    this.#uses = new Set()
    const { namespace: _, aliases, ...rest } = schema
    const own = namespaceOf(name)
    const json = {
      ...rest,
      name,
      ...(Array.isArray(aliases) && { aliases: aliases.map(alias => (`${alias}`.includes('.') || !own ? alias : `${own}.${alias}`)) }),
      ...(Array.isArray(schema.fields) && { fields: schema.fields.map((field, index) => this.#field(field, own, `${place}.fields[${index}]`)) }),
    }
    this.#add({ name, json, file: this.file, place, uses: this.#uses })
    this.#uses = outer.add(name)
    return name
  }

  #field(field: Json, namespace: string, place: string): Json {
    const name = typeof field?.name === 'string' ? ` (${field.name})` : ''
    if (field?.type === undefined) throw invalid(this.file, `${place}${name}`, 'a field has no type')
    return { ...field, type: this.type(field.type, namespace, `${place}${name}.type`) }
  }

  #add(schema: NamedSchema): void {
    const known = this.found.get(schema.name)
    if (known && exactJsonText(known.json) !== exactJsonText(schema.json)) {
      throw invalid(this.file, schema.place, `${schema.name} is something else in ${known.file}${known.place && ` at ${known.place}`}`)
    }
    if (!known) this.found.set(schema.name, schema)
  }
}

function check({ name, file, place }: NamedSchema, all: ReadonlyMap<string, NamedSchema>): void {
  try {
    parseSchema(exactJsonText(expanded(name, all)))
  } catch (error) {
    throw invalid(file, place, isOttlaError(error) ? String(error.details.problem) : (error as Error).message, error)
  }
}

function fullName({ name, namespace }: Json, enclosing: string): string | undefined {
  if (typeof name !== 'string') return undefined
  const own = typeof namespace === 'string' ? namespace : enclosing
  return name.includes('.') || !own ? name : `${own}.${name}`
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0))
}

/** The place is told as a path in the file's JSON. */
function invalid(file: string, place: string, problem: string, cause?: unknown): Error {
  return ottlaErrors.create('AVSC_INVALID', { file, place: place.replace(/^\./, '') || 'its top', problem }, { cause })
}
