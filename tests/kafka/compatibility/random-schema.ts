import type { Random } from '../../simulation/random.js'
import type { DefinitionModel, SchemaModel, TypeModel } from './schema-model.js'

export const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
export const logicals = [
  { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 },
  { type: 'bytes', logicalType: 'decimal', precision: 14, scale: 4 },
  { type: 'string', logicalType: 'uuid' },
  { type: 'int', logicalType: 'date' },
  { type: 'long', logicalType: 'timestamp-millis' },
  { type: 'long', logicalType: 'timestamp-micros' },
] as const
const namespaces = ['shop.', 'shop.sub.', '']
export const symbols = ['OPEN', 'PAID', 'SENT', 'LOST', 'VOID']

/** A schema with up to six named types, recursive ones among them. */
export function randomSchema(random: Random): SchemaModel {
  const model: SchemaModel = { root: `${random.pick(namespaces)}Root`, definitions: {} }
  const kinds = ['record', ...Array.from({ length: 2 + random.below(4) }, () => random.pick(['record', 'enum', 'fixed'] as const))] as const
  const names = kinds.map((kind, index) => (index === 0 ? model.root : `${random.pick(namespaces)}${kind === 'record' ? 'Part' : kind}${index}`))
  for (const [index, name] of names.entries()) model.definitions[name] = randomDefinition(kinds[index] as DefinitionModel['kind'], random)
  for (const definition of Object.values(model.definitions)) {
    if (definition.kind !== 'record') continue
    for (let index = 0; index < 1 + random.below(4); index++) {
      const field = { name: `f${index}`, aliases: [], type: randomType(model, random) }
      definition.fields.push(random.chance(0.4) ? withDefault(model, field, random) : field)
    }
  }
  // So that most of what is defined is used.
  const root = model.definitions[model.root]
  if (root?.kind === 'record')
    for (const name of names.slice(1))
      if (random.chance(0.7)) root.fields.push({ name: `of${name.replaceAll('.', '_')}`, aliases: [], type: wrapped({ kind: 'ref', name }, random) })
  return model
}

export function randomType(model: SchemaModel, random: Random, depth = 0): TypeModel {
  const choice = random.below(depth > 2 ? 4 : 10)
  if (choice < 4) return random.pick(primitives)
  if (choice === 4) return { kind: 'logical', json: random.pick(logicals) }
  if (choice === 5) return { kind: 'array', of: randomType(model, random, depth + 1) }
  if (choice === 6) return { kind: 'map', of: randomType(model, random, depth + 1) }
  if (choice === 7) return { kind: 'ref', name: random.pick(Object.keys(model.definitions)) }
  return randomUnion(model, random, depth)
}

/** A default that fits the field's type, where that is easy. */
export function withDefault<F extends { type: TypeModel; default?: unknown }>(model: SchemaModel, field: F, random: Random): F {
  const value = defaultOf(model, field.type, random)
  return value === undefined ? field : { ...field, default: value }
}

function randomDefinition(kind: DefinitionModel['kind'], random: Random): DefinitionModel {
  if (kind === 'record') return { kind, aliases: [], fields: [] }
  if (kind === 'fixed') return { kind, aliases: [], size: 1 + random.below(4) }
  const some = symbols.slice(0, 2 + random.below(3))
  return { kind, aliases: [], symbols: some, ...(random.chance(0.3) && { default: random.pick(some) }) }
}

function randomUnion(model: SchemaModel, random: Random, depth: number): TypeModel {
  const branches: TypeModel[] = random.chance(0.6) ? ['null'] : []
  for (let count = 1 + random.below(3); count > 0; count--) {
    const branch = randomType(model, random, depth + 1)
    if (typeof branch !== 'object' || branch.kind !== 'union') branches.push(branch)
  }
  return { kind: 'union', branches: branches.filter((branch, index) => branches.findIndex(other => kindOf(other) === kindOf(branch)) === index) }
}

/** Types with the same kind cannot be in one union. */
export function kindOf(type: TypeModel): string {
  if (typeof type === 'string') return type
  if (type.kind === 'logical') return `${type.json.type}`
  return type.kind === 'ref' ? type.name : type.kind
}

function wrapped(type: TypeModel, random: Random): TypeModel {
  return random.pick<TypeModel>([type, { kind: 'union', branches: ['null', type] }, { kind: 'array', of: type }, { kind: 'map', of: type }])
}

function defaultOf(model: SchemaModel, type: TypeModel, random: Random): unknown {
  if (typeof type === 'string') return { null: null, boolean: true, int: 1, long: 2, float: 0.5, double: 1.5, bytes: '\u00ff', string: 'x' }[type]
  if (type.kind === 'logical') return type.json.type === 'bytes' ? '\u0001' : undefined
  if (type.kind === 'array') return []
  if (type.kind === 'map') return {}
  if (type.kind === 'union')
    return type.branches.length > 0 ? defaultOf(model, random.chance(0.8) ? (type.branches[0] as TypeModel) : random.pick(type.branches), random) : undefined
  const definition = model.definitions[type.name]
  if (definition?.kind === 'enum') return definition.symbols[0]
  return definition?.kind === 'fixed' ? 'x'.repeat(definition.size) : undefined
}
