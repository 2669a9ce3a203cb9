/** A type inside a `SchemaModel`; a text is a primitive type. */
export type TypeModel =
  | string
  | { readonly kind: 'logical'; readonly json: Readonly<Record<string, unknown>> }
  | { readonly kind: 'array'; of: TypeModel }
  | { readonly kind: 'map'; of: TypeModel }
  | { readonly kind: 'union'; branches: TypeModel[] }
  | { readonly kind: 'ref'; name: string }

export interface FieldModel {
  name: string
  aliases: string[]
  type: TypeModel
  default?: unknown
}

export type DefinitionModel =
  | { readonly kind: 'record'; aliases: string[]; fields: FieldModel[] }
  | { readonly kind: 'enum'; aliases: string[]; symbols: string[]; default?: string | undefined }
  | { readonly kind: 'fixed'; aliases: string[]; size: number }

/** A schema that is easy to change: named types lie side by side, and what uses them only names them. */
export interface SchemaModel {
  root: string
  definitions: Record<string, DefinitionModel>
}

/** The schema's JSON. A named type is written out where it first occurs; `shortNames` splits names into namespace and name. */
export function textOf({ root, definitions }: SchemaModel, shortNames: boolean): string {
  const written = new Set<string>()
  const typeJson = (type: TypeModel): unknown => {
    if (typeof type === 'string') return type
    if (type.kind === 'logical') return type.json
    if (type.kind === 'array') return { type: 'array', items: typeJson(type.of) }
    if (type.kind === 'map') return { type: 'map', values: typeJson(type.of) }
    return type.kind === 'union' ? type.branches.map(typeJson) : named(type.name)
  }
  const named = (name: string): unknown => {
    if (written.has(name)) return name
    written.add(name)
    const { kind, ...rest } = definitions[name] as DefinitionModel
    const dot = name.lastIndexOf('.')
    const names = shortNames && dot > 0 ? { name: name.slice(dot + 1), namespace: name.slice(0, dot) } : { name }
    return { type: kind, ...names, ...rest, ...('fields' in rest && { fields: rest.fields.map(field => ({ ...field, type: typeJson(field.type) })) }) }
  }
  return JSON.stringify(named(root))
}

/** Every place of the schema that has a type, to read or to change it. */
export function* places({ definitions }: SchemaModel): Iterable<{ type: TypeModel; inUnion: boolean; set(type: TypeModel): void }> {
  for (const definition of Object.values(definitions)) {
    if (definition.kind !== 'record') continue
    for (const field of definition.fields) {
      yield* placesIn(field.type, false, type => {
        field.type = type
        delete field.default
      })
    }
  }
}

function* placesIn(
  type: TypeModel,
  inUnion: boolean,
  set: (type: TypeModel) => void,
): Iterable<{ type: TypeModel; inUnion: boolean; set(type: TypeModel): void }> {
  yield { type, inUnion, set }
  if (typeof type === 'string') return
  if (type.kind === 'array' || type.kind === 'map') {
    yield* placesIn(type.of, false, inner => {
      type.of = inner
    })
  }
  if (type.kind !== 'union') return
  for (const [index, branch] of type.branches.entries()) {
    yield* placesIn(branch, true, inner => {
      type.branches[index] = inner
    })
  }
}
