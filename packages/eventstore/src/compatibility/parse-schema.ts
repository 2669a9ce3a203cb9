import { eventstoreErrors } from '../eventstore-errors.js'
import { fitsDefault } from './default-value.js'
import { Names } from './names.js'
import { type FieldNode, isNamed, type LogicalType, type NamedNode, type PrimitiveType, primitiveTypes, type SchemaNode } from './schema-node.js'

type Json = { readonly [key: string]: unknown }

/** Where a type goes once it is known: at once, or at the end where its name is defined only further down. */
type Place = (node: SchemaNode) => void

const orders: ReadonlySet<unknown> = new Set(['ascending', 'descending', 'ignore'])

/**
 * A schema's text as a graph. Accepts and refuses what Avro's Java parser of 1.12.1 does: names that are used before they are defined and empty unions are fine, defaults
 * must fit (for a union, any of its branches). Throws SCHEMA_INVALID with the reason.
 */
export function parseSchema(schema: string): SchemaNode {
  try {
    return new Parsing().whole(JSON.parse(schema))
  } catch (error) {
    const problem = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message
    throw eventstoreErrors.create('SCHEMA_INVALID', { schema: schema.slice(0, 80), problem }, { cause: error })
  }
}

class Parsing {
  readonly #names = new Names()
  /** The records whose fields are being read. */
  readonly #open = new Set<string>()
  /** What can be done only when all names are known. */
  readonly #atTheEnd: (() => void)[] = []

  whole(json: unknown): SchemaNode {
    let root: SchemaNode | undefined
    this.#parse(json, '', node => {
      root = node
    })
    for (const act of this.#atTheEnd) act()
    return root as SchemaNode
  }

  #parse(json: unknown, namespace: string, place: Place): void {
    if (typeof json === 'string') return this.#reference(json, namespace, place)
    if (Array.isArray(json)) return this.#union(json, namespace, place)
    const object = objectOf(json, 'a schema')
    const { type } = object
    switch (type) {
      case 'array':
      case 'map':
        return this.#container(object, type, namespace, place)
      case 'record':
      case 'error':
        return this.#record(object, namespace, place)
      case 'enum':
        return this.#enum(object, namespace, place)
      case 'fixed':
        return this.#fixed(object, namespace, place)
      default:
        if (typeof type !== 'string') throw new Error(`${short(json)} has no type`)
        if (isPrimitive(type)) place({ type, ...logicalOf(object) })
        else this.#reference(type, namespace, place)
    }
  }

  #reference(name: string, namespace: string, place: Place): void {
    if (isPrimitive(name)) return place({ type: name })
    const known = this.#names.find(name, namespace, each => this.#open.has(each))
    if (known) return place(known)
    this.#atTheEnd.push(() => {
      // By then Java has settled for the namespace.
      const found = this.#names.find(name, namespace, () => true)
      if (!found) throw new Error(`the type ${name} is not defined`)
      place(found)
    })
  }

  #union(json: readonly unknown[], namespace: string, place: Place): void {
    const branches: SchemaNode[] = []
    for (const [index, branch] of json.entries()) {
      this.#parse(branch, namespace, node => {
        branches[index] = node
      })
    }
    place({ type: 'union', branches })
    this.#atTheEnd.push(() => {
      const kinds = branches.map(branch => (isNamed(branch) ? branch.name : branch.type))
      if (kinds.includes('union')) throw new Error('a union stands directly in a union')
      const twice = kinds.find((kind, index) => kinds.indexOf(kind) < index)
      if (twice !== undefined) throw new Error(`a union has ${twice} twice`)
    })
  }

  #container(json: Json, type: 'array' | 'map', namespace: string, place: Place): void {
    const part = type === 'array' ? 'items' : 'values'
    if (json[part] === undefined) throw new Error(`${short(json)} has no ${part}`)
    // The part is put in below, or at the end.
    const node = { type } as SchemaNode & { items?: SchemaNode; values?: SchemaNode }
    this.#parse(json[part], namespace, inner => {
      node[part] = inner
    })
    place(node)
  }

  #record(json: Json, namespace: string, place: Place): void {
    if (!Array.isArray(json.fields)) throw new Error(`the record ${short(json.name)} has no fields`)
    const fields: FieldNode[] = []
    const node = { type: 'record', ...this.#names.read(json, namespace), fields } as const
    this.#define(node, json, place)
    const own = node.name.slice(0, Math.max(node.name.lastIndexOf('.'), 0))
    this.#open.add(node.name)
    for (const field of json.fields) fields.push(this.#field(objectOf(field, `a field of ${node.name}`), node.name, own))
    this.#open.delete(node.name)
    const twice = fields.find((field, index) => fields.findIndex(({ name }) => name === field.name) < index)
    if (twice) throw new Error(`${node.name} has the field ${twice.name} twice`)
  }

  #field(json: Json, record: string, namespace: string): FieldNode {
    const name = this.#names.validPart(json.name)
    const { order = 'ascending', default: preset } = json
    if (json.type === undefined) throw new Error(`${record}.${name} has no type`)
    if (typeof order !== 'string' || !orders.has(order.toLowerCase())) throw new Error(`the order of ${record}.${name} is ${short(order)}`)
    // The type is put in below, or at the end.
    const field = { name, aliases: this.#names.aliasesOf(json), default: preset } as FieldNode
    this.#parse(json.type, namespace, type => {
      field.type = type
    })
    this.#atTheEnd.push(() => {
      if (preset !== undefined && !fitsDefault(field.type, preset)) throw new Error(`the default ${short(preset)} of ${record}.${name} does not fit its type`)
    })
    return field
  }

  #enum(json: Json, namespace: string, place: Place): void {
    const { symbols, default: preset } = json
    if (!Array.isArray(symbols)) throw new Error(`the enum ${short(json.name)} has no symbols`)
    const valid = symbols.map(symbol => this.#names.validPart(symbol))
    if (new Set(valid).size < valid.length) throw new Error(`the enum ${short(json.name)} has a symbol twice`)
    if (preset !== undefined && preset !== null && !valid.includes(preset as string))
      throw new Error(`the default of the enum ${short(json.name)} is no symbol`)
    const fallback = typeof preset === 'string' ? preset : undefined
    this.#define({ type: 'enum', ...this.#names.read(json, namespace), symbols: valid, default: fallback }, json, place)
  }

  #fixed(json: Json, namespace: string, place: Place): void {
    const { size } = json
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size >= 2 ** 31) throw new Error(`the fixed ${short(json.name)} has no valid size`)
    this.#define({ type: 'fixed', ...this.#names.read(json, namespace), size, ...logicalOf(json) }, json, place)
  }

  #define(node: NamedNode, json: Json, place: Place): void {
    place(this.#names.add(node, JSON.stringify(json)))
  }
}

function isPrimitive(type: string): type is PrimitiveType {
  return (primitiveTypes as readonly string[]).includes(type)
}

function logicalOf({ logicalType, precision, scale }: Json): { readonly logical?: LogicalType } {
  if (typeof logicalType !== 'string') return {}
  return { logical: { logicalType, ...(typeof precision === 'number' && { precision }), ...(typeof scale === 'number' && { scale }) } }
}

function objectOf(json: unknown, what: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(`${short(json)} is not ${what}`)
  return json as Json
}

function short(json: unknown): string {
  return `${JSON.stringify(json)}`.slice(0, 60)
}
