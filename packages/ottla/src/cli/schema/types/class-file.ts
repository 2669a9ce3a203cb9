import { FieldCode, fixedCode } from './field-code.js'
import type { Json, NamedSchema } from './named-schemas.js'
import { byLetters, Imports, identifierOf, quoted } from './type-script-names.js'

/** What a record becomes. */
export type RecordKind = { readonly kind: 'event' | 'value' } | { readonly kind: 'command'; readonly id: string }

/** The attributes that generated code keeps; what else a schema says is for other tools. */
const kept: ReadonlySet<string> = new Set('name namespace type doc aliases fields symbols size items values default logicalType precision scale'.split(' '))

/** The length of a line from which on it is broken. */
const longest = 160

/** A file of TypeScript. */
export interface ClassFile {
  readonly text: string
  /** What of the schemas the code does not keep. */
  readonly left: readonly string[]
}

/** What a file is made of. */
export interface ClassFileParts {
  /** One type, or several that use each other. */
  readonly group: readonly NamedSchema[]
  readonly all: ReadonlyMap<string, NamedSchema>
  readonly kindOf: (name: string) => RecordKind
  /** The first of the types in whose file a type is. */
  readonly fileWith: (name: string) => string
}

/** The code of named types. Throws an Error with the reason where it cannot be said in TypeScript. */
export function classFile({ group, all, kindOf, fileWith }: ClassFileParts): ClassFile {
  const names = group.map(({ name }) => name)
  const imports = new Imports(names, fileWith)
  const declarations = new Set<string>()
  const codes = group.map(schema => {
    const { type } = schema.json
    if (type === 'enum') return enumCode(schema)
    if (type === 'fixed') return fixedText(schema)
    const isLater = (name: string) => names.indexOf(name) > names.indexOf(schema.name)
    return recordCode(schema, new FieldCode(all, imports, { isLater, declarations }), kindOf(schema.name))
  })
  const code = [...(declarations.size > 0 ? [[...declarations].join('\n')] : []), ...codes].join('\n\n')
  const head = `// Made by ottla schema types from ${[...new Set(group.map(({ file }) => file))].join(', ')}: changes are lost when it is made anew.`
  return { text: [head, ottlaImport(code), ...imports.lines, '', code, ''].join('\n'), left: group.flatMap(leftOf) }
}

function ottlaImport(code: string): string {
  const used = ['Command', 'Event', 'Field', 'Id', 'Message', 't', 'Value'].filter(name => new RegExp(`(?<![\\w.'])${name}\\b`).test(code))
  const types = ['CalendarDuration', 'Defaulted', 'Later', 'TypeOf'].filter(name => new RegExp(`\\b${name}\\b`).test(code))
  const names = [...used, ...types].sort(byLetters).map(name => (types.includes(name) ? `type ${name}` : name))
  return `import { ${names.join(', ')} } from 'ottla'`
}

function enumCode({ name, json }: NamedSchema): string {
  const identifier = identifierOf(name)
  const symbols = (json.symbols as readonly string[]).map(quoted)
  const options = optionsOf(json, typeof json.default === 'string' ? [`default: ${quoted(json.default)}`] : [])
  const line = `export const ${identifier} = t.enum(${quoted(name)}, [${symbols.join(', ')}]${options})`
  const broken = `export const ${identifier} = t.enum(${quoted(name)}, [\n${symbols.map(symbol => `  ${symbol},\n`).join('')}]${options})`
  return `${docText(json.doc, '')}${line.length <= longest ? line : broken}\n\nexport type ${identifier} = TypeOf<typeof ${identifier}>`
}

function fixedText({ name, json }: NamedSchema): string {
  const { field } = fixedCode(json)
  return `${docText(json.doc, '')}export const ${identifierOf(name)} = ${field.replace(/\)$/, `${optionsOf(json)})`)}`
}

function recordCode({ name, json }: NamedSchema, code: FieldCode, kind: RecordKind): string {
  const identifier = identifierOf(name)
  const fields = (json.fields as readonly Json[]).map(field => fieldText(field, code, kind.kind === 'command' && kind.id === field.name))
  const decorator = { event: 'Event', value: 'Value', command: 'Command' }[kind.kind]
  const body = fields.length > 0 ? ` {\n${fields.join('\n')}\n}` : ' {}'
  const decorated = `${docText(json.doc, '')}@${decorator}(${quoted(name)}${optionsOf(json)})`
  return `${decorated}\nexport class ${identifier} extends Message<${identifier}>${body}`
}

function fieldText(field: Json, code: FieldCode, isId: boolean): string {
  const { name, doc, aliases } = field
  const { text, type, mark } = propertyOf(field, code)
  const renamed = Array.isArray(aliases) && aliases.length > 0 ? `t.renamed(${text}, ${aliases.map(alias => quoted(String(alias))).join(', ')})` : text
  const documented = typeof doc === 'string' ? `t.documented(${renamed}, ${quoted(doc)})` : renamed
  const [decorator, property] = [`  @${isId ? 'Id' : 'Field'}(${documented})`, `${name}${mark}: ${type}`]
  const line = `${decorator} ${property}`
  return `${docText(doc, '  ')}${line.length <= longest ? line : `${decorator}\n  ${property}`}`
}

/** What may be absent is optional; what has another default is `Defaulted`. */
function propertyOf({ name, type: json, default: preset }: Json, code: FieldCode): { text: string; type: string; mark: '!' | '?' } {
  if (String(name) in Object.prototype) throw new Error(`the field ${name} has a name that every object has`)
  const union = Array.isArray(json) && json[0] === 'null' && json.length > 1
  if (union && preset !== undefined && preset !== null) throw new Error('its default is not of the first branch of its union')
  const { field, type, literal, nullable } = union && preset === undefined ? code.union(json) : code.of(json)
  const mark = nullable ? '?' : '!'
  if (preset === undefined || union) return { text: field, type, mark }
  return { text: `t.withDefault(${field}, ${preset === null ? 'null' : literal(preset)})`, type: nullable ? type : `Defaulted<${type}>`, mark }
}

function optionsOf({ doc, aliases }: Json, before: readonly string[] = []): string {
  const options = [
    ...before,
    ...(Array.isArray(aliases) && aliases.length > 0 ? [`aliases: [${aliases.map(alias => quoted(String(alias))).join(', ')}]`] : []),
    ...(typeof doc === 'string' ? [`doc: ${quoted(doc)}`] : []),
  ]
  if (options.length === 0) return ''
  const line = `, { ${options.join(', ')} }`
  return line.length <= longest / 2 ? line : `, {\n${options.map(option => `  ${option},\n`).join('')}}`
}

function docText(doc: unknown, indent: string): string {
  if (typeof doc !== 'string' || doc.trim() === '') return ''
  const lines = doc.trim().replaceAll('*/', '*\\/').split(/\r?\n/)
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map(line => `${indent} *${line.trim() && ` ${line.trim()}`}\n`).join('')}${indent} */\n`
}

function leftOf(schema: NamedSchema): readonly string[] {
  const left = new Set<string>()
  const look = (json: unknown, path: string): void => {
    if (Array.isArray(json)) for (const each of json) look(each, path)
    else if (typeof json === 'object' && json !== null) {
      const { fields, items, values, type, ...rest } = json as Json
      for (const key of Object.keys(rest)) if (!kept.has(key)) left.add(`${path}: ${key}`)
      for (const part of [items, values, type]) look(part, path)
      if (Array.isArray(fields)) for (const field of fields) look(field, `${path}.${field.name}`)
    }
  }
  look(schema.json, schema.name)
  return [...left]
}
