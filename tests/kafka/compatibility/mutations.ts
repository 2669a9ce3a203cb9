import type { Random } from '../../simulation/random.js'
import { kindOf, logicals, primitives, randomType, symbols, withDefault } from './random-schema.js'
import { type DefinitionModel, type FieldModel, places, type SchemaModel, type TypeModel } from './schema-model.js'

/** Changes a schema, or gives false where there is nothing of the kind in it. What comes out need not be a schema. */
type Mutation = (model: SchemaModel, random: Random) => unknown

type Of<K extends DefinitionModel['kind']> = Extract<DefinitionModel, { kind: K }>

const widening: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  bytes: ['string'],
  string: ['bytes'],
}

/** Changes that every reader can follow, in both directions. */
export const harmless: Readonly<Record<string, Mutation>> = {
  'add a field with a default': (model, random) => record(model, random, ({ fields }) => insert(fields, newField(model, random, true), random)),
  'remove a field with a default': (model, random) =>
    record(model, random, definition => remove(definition.fields, ({ default: preset }) => preset !== undefined, random)),
  'change the order of the fields': (model, random) => record(model, random, ({ fields }) => fields.reverse()),
  'move a type to another namespace': (model, random) => rename(model, random, name => `moved.${name.slice(name.lastIndexOf('.') + 1)}`),
  'change a logical type': (model, random) => logical(model, random),
  'change a default': (model, random) => field(model, random, each => 'default' in each && Object.assign(each, withDefault(model, each, random))),
  'change the order of a union': (model, random) => union(model, random, branches => branches.reverse()),
  'add an alias that nobody has': (model, random) => named(model, random, ({ aliases }) => aliases.push(`Elsewhere${random.below(9)}`)),
}

/** Changes that a reader of the new schema can follow. */
export const readable: Readonly<Record<string, Mutation>> = {
  'widen a type': (model, random) => type(model, random, each => (typeof each === 'string' && widening[each] ? random.pick(widening[each]) : undefined)),
  'make a type optional': (model, random) =>
    type(model, random, (each, inUnion) => (inUnion || isUnion(each) || each === 'null' ? undefined : { kind: 'union', branches: ['null', each] })),
  'add a branch to a union': (model, random) => union(model, random, branches => insert(branches, randomType(model, random, 3), random)),
  'add a symbol to an enum': (model, random) => definition(model, random, 'enum', each => each.symbols.push(random.pick(symbols))),
  'give an enum a default': (model, random) => definition(model, random, 'enum', each => Object.assign(each, { default: random.pick(each.symbols) })),
  'remove a field': (model, random) => record(model, random, ({ fields }) => remove(fields, () => true, random)),
  'rename a field with an alias': (model, random) =>
    field(model, random, each => {
      each.aliases.push(each.name)
      each.name += 'New'
      return true
    }),
  'rename a type with an alias': (model, random) => rename(model, random, name => `${name}New`, true),
}

/** Changes that an earlier schema can follow, and changes that nobody can. */
export const others: Readonly<Record<string, Mutation>> = {
  'add a field': (model, random) => record(model, random, ({ fields }) => insert(fields, newField(model, random, false), random)),
  'take a default away': (model, random) => field(model, random, each => 'default' in each && delete each.default),
  'narrow a type': (model, random) => type(model, random, each => Object.keys(widening).find(narrow => widening[narrow]?.includes(each as string))),
  'replace a type': (model, random) => type(model, random, () => random.pick(primitives)),
  'replace a type by anything': (model, random) => type(model, random, () => randomType(model, random)),
  'make an optional type required': (model, random) => type(model, random, each => (isUnion(each) ? each.branches.at(-1) : undefined)),
  'remove a branch of a union': (model, random) => union(model, random, branches => branches.splice(random.below(branches.length), 1)),
  'empty a union': (model, random) => union(model, random, branches => branches.splice(0)),
  'remove a symbol of an enum': (model, random) => definition(model, random, 'enum', each => each.symbols.splice(random.below(each.symbols.length), 1)),
  'take the default of an enum away': (model, random) => definition(model, random, 'enum', each => each.default !== undefined && delete each.default),
  'change the size of a fixed': (model, random) =>
    definition(model, random, 'fixed', each => {
      each.size += 1 + random.below(3)
      return true
    }),
  'rename a field': (model, random) =>
    field(model, random, each => {
      each.name += 'Renamed'
      return true
    }),
  'rename a type': (model, random) => rename(model, random, name => `${name}Renamed`),
  'make a field of an enum with a default': (model, random) => record(model, random, ({ fields }) => enumField(model, fields, random)),
  'alias another field': (model, random) => record(model, random, ({ fields }) => fields.length > 1 && fields[0]?.aliases.push((fields[1] as FieldModel).name)),
  'put a type into an array': (model, random) => type(model, random, each => ({ kind: 'array', of: each })),
  'put a type into a map': (model, random) => type(model, random, each => ({ kind: 'map', of: each })),
  'let a record hold itself': (model, random) => type(model, random, () => ({ kind: 'ref', name: random.pick(Object.keys(model.definitions)) })),
}

/** The text of a schema, broken so that it is none. */
export const breaks: readonly ((text: string) => string)[] = [
  text => text.replace('"fields"', '"felds"'),
  text => text.replace('"type":"record"', '"type":"recrod"'),
  text => text.replace(/"type":"(int|long|string|bytes|double|float|null|boolean)"/, '"type":"strange"'),
  text => text.replace(/\{"name":"(\w+)","aliases":\[\]/, '{"name":"$1","aliases":[],"type":"int"},{"name":"$1","aliases":[]'),
  text => text.replace('"aliases":[]', '"aliases":"none"'),
  text => text.replace('"name":"', '"name":"9'),
  text => text.replace('"name":"', '"name":"a-'),
  text => text.replace(/"size":\d+/, '"size":"big"'),
  text => text.replace(/"symbols":\[("\w+")/, '"symbols":[$1,$1'),
  text => text.replace(/"symbols":(\[[^\]]*\])(,"default":"\w+")?/, '"symbols":$1,"default":"NONE"'),
  text => text.replace(/\["null"/, '["null","null"'),
  text => text.replace(/\["null"/, '[["int"],"null"'),
  text => text.replace('"items":', '"item":'),
  text => text.replace('"values":', '"value":'),
  text => text.replace(/"default":(null|true|\d)/, '"default":{"a":[]}'),
  text => text.replace(/"fields":\[/, '"fields":[{"name":"odd","type":"int","default":"1"},'),
  text => text.replace(/"fields":\[/, '"fields":[{"name":"odd","type":"int","default":3000000000},'),
  text => text.replace(/"fields":\[/, '"fields":[{"name":"odd"},'),
  text => text.replace(/"fields":\[/, '"fields":[{"type":"int"},'),
  text => text.replace(/"fields":\[/, '"fields":[{"name":"odd","type":"int","order":"up"},'),
  text => text.replace(/"fields":\[/, '"fields":[{"name":"odd","type":{"type":"fixed","name":"int","size":1,"namespace":""}},'),
  text => text.replace(/"fields":\[/, '"fields":[{"name":"odd","type":{"type":{"type":"int"}}},'),
  text =>
    text.replace(
      /"fields":\[/,
      '"fields":[{"name":"a","type":{"type":"fixed","name":"Twice","size":1}},{"name":"b","type":{"type":"fixed","name":"Twice","size":2}},',
    ),
]

function newField(model: SchemaModel, random: Random, preset: boolean): FieldModel {
  const plain = { name: `g${random.below(1000)}`, aliases: [], type: preset ? random.pick(primitives) : randomType(model, random) }
  return preset ? withDefault(model, plain, random) : plain
}

function enumField(model: SchemaModel, fields: FieldModel[], random: Random): unknown {
  const name = `NewEnum${random.below(100)}`
  model.definitions[name] = { kind: 'enum', aliases: [], symbols: ['A', 'B'], default: 'A' }
  return fields.push({ name: `e${random.below(1000)}`, aliases: [], type: { kind: 'ref', name } })
}

function named(model: SchemaModel, random: Random, change: (definition: DefinitionModel) => unknown): unknown {
  return change(random.pick(Object.values(model.definitions)))
}

function definition<K extends DefinitionModel['kind']>(model: SchemaModel, random: Random, kind: K, change: (definition: Of<K>) => unknown): unknown {
  const found = Object.values(model.definitions).filter((each): each is Of<K> => each.kind === kind)
  return found.length > 0 && change(random.pick(found))
}

function record(model: SchemaModel, random: Random, change: (definition: Of<'record'>) => unknown): unknown {
  return definition(model, random, 'record', change)
}

function field(model: SchemaModel, random: Random, change: (field: FieldModel) => unknown): unknown {
  return record(model, random, ({ fields }) => fields.length > 0 && change(random.pick(fields)))
}

function type(model: SchemaModel, random: Random, change: (type: TypeModel, inUnion: boolean) => TypeModel | undefined): unknown {
  const found = [...places(model)].flatMap(place => {
    const changed = change(place.type, place.inUnion)
    return changed === undefined ? [] : [() => place.set(changed)]
  })
  if (found.length === 0) return false
  random.pick(found)()
  return true
}

function union(model: SchemaModel, random: Random, change: (branches: TypeModel[]) => unknown): unknown {
  const found = [...places(model)].flatMap(place => (isUnion(place.type) ? [{ ...place, union: place.type }] : []))
  if (found.length === 0) return false
  const { union: chosen, set } = random.pick(found)
  change(chosen.branches)
  set(chosen)
  const kinds = chosen.branches.map(kindOf)
  return new Set(kinds).size === kinds.length
}

function logical(model: SchemaModel, random: Random): unknown {
  return type(model, random, each => {
    if (typeof each !== 'object' || each.kind !== 'logical') return undefined
    return random.chance(0.2) ? `${each.json.type}` : { kind: 'logical', json: random.pick(logicals.filter(other => other.type === each.json.type)) }
  })
}

function rename(model: SchemaModel, random: Random, to: (name: string) => string, alias = false): unknown {
  const before = random.pick(Object.keys(model.definitions))
  const after = to(before)
  if (after in model.definitions) return false
  const { [before]: moved, ...rest } = model.definitions
  if (alias) moved?.aliases.push(before)
  model.definitions = { ...rest, [after]: moved as DefinitionModel }
  if (model.root === before) model.root = after
  for (const { type: each } of places(model)) if (typeof each === 'object' && each.kind === 'ref' && each.name === before) each.name = after
  return true
}

function insert<T>(items: T[], item: T, random: Random): true {
  items.splice(random.below(items.length + 1), 0, item)
  return true
}

function remove<T>(items: T[], from: (item: T) => boolean, random: Random): unknown {
  const found = items.filter(from)
  return found.length > 0 && items.splice(items.indexOf(random.pick(found)), 1)
}

function isUnion(type: TypeModel): type is Extract<TypeModel, { kind: 'union' }> {
  return typeof type === 'object' && type.kind === 'union'
}
