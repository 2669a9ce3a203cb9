import { coreErrors } from '../errors/core-errors.js'
import { defaultProblem } from './default-check.js'
import type { FieldType } from './field-type.js'
import { fixedDigits, unionProblem } from './field-type-check.js'
import { type FieldDefinition, type MessageDefinition, namesOf } from './message-definition.js'

const simpleName = /^[A-Za-z_]\w*$/
const fullName = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/
const primitive = /(^|\.)(null|boolean|int|long|float|double|bytes|string)$/

/** The definition itself when what a class says of itself makes sense, so that a wrong model fails when its file loads. Throws MODEL_INVALID. */
export function checkedDefinition(definition: MessageDefinition): MessageDefinition {
  checkName(definition)
  const seen = new Set<string>()
  for (const { name, type } of definition.fields) {
    const member = `${definition.class.name}.${name}`
    if (seen.has(name)) throw invalid(member, 'is declared twice', 'Decorate it once: @Id() declares the field too, and a subclass has the fields of its base.')
    seen.add(name)
    if (!isUsable(name))
      throw invalid(member, 'has a name that cannot be written in Avro or that every object has', 'Name it with letters, digits and underscores.')
    checkType(member, type)
    checkDefault(member, type)
  }
  for (const field of definition.fields) checkFormerNames(definition, field)
  if (definition.idField !== undefined) checkId(definition)
  return definition
}

function checkName(definition: MessageDefinition): void {
  const member = definition.class.name
  const names = namesOf(definition)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw invalid(member, `has the name '${twice}' twice`, 'An alias is a name that it had before: leave it out.')
  const wrong = names.find(name => !fullName.test(name) || primitive.test(name))
  if (wrong === undefined) return
  throw invalid(
    member,
    `has the name '${wrong}', which is no Avro name`,
    "Name it with letters, digits and underscores in parts joined by dots, such as 'shop.OrderPlaced'.",
  )
}

/** Records have one field that is read as this one, so its earlier names are nobody else's. */
function checkFormerNames({ class: { name: of }, fields }: MessageDefinition, { name, type }: FieldDefinition): void {
  const { formerNames = [] } = type
  const member = `${of}.${name}`
  const wrong = formerNames.find(former => !isUsable(former))
  if (wrong !== undefined) throw invalid(member, `had the name '${wrong}', which cannot be written in Avro`, 'Name it with letters, digits and underscores.')
  const others = fields.flatMap(field => [field.name, ...(field.name === name ? [] : (field.type.formerNames ?? []))])
  const taken = formerNames.find((former, index) => others.includes(former) || formerNames.indexOf(former) !== index)
  if (taken !== undefined)
    throw invalid(
      member,
      `had the name '${taken}', which a field of the class has or had`,
      'Each earlier name belongs to one field: t.renamed(type, earlierName).',
    )
}

/** The id goes into the record's key as text, and the same id must always give the same text. */
function checkId({ class: { name }, fields, idField }: MessageDefinition): void {
  const field = fields.find(({ name }) => name === idField)
  const member = `${name}.${idField}`
  if (!field) throw invalid(member, 'is named as the id and is no field', 'Name a field of the command.')
  if (!['string', 'uuid', 'int', 'long', 'enum'].includes(field.type.kind)) {
    throw invalid(member, `is an id of type ${field.type.kind}`, 'Make it t.string, t.uuid, t.int, t.long or t.enum(...).')
  }
}

function checkType(member: string, type: FieldType): void {
  if (type.kind === 'decimal') checkDecimal(member, type)
  if (type.kind === 'enum') checkEnum(member, type)
  else if (type.name !== undefined) checkFixed(member, type)
  if (type.kind === 'optional' && type.of?.kind === 'optional') throw invalid(member, 'is an optional of an optional', 'Use t.optional once.')
  if (type.kind === 'union' || type.kind === 'optional') checkUnion(member, type)
  if (type.kind === 'record' && typeof type.class !== 'function' && !type.later) {
    throw invalid(
      member,
      'names a class that is undefined when the file loads',
      'Declare the value above it; when two files import each other, name it as t.later(() => Value).',
    )
  }
  for (const part of type.of ? [type.of] : (type.branches ?? [])) {
    if (part.default !== undefined)
      throw invalid(member, 'has a default inside its type', 'Only a field has a default: t.withDefault(type, value) around the whole type.')
    checkType(member, part)
  }
}

function checkUnion(member: string, type: FieldType): void {
  const problem = unionProblem(type.kind === 'union' ? (type.branches ?? []) : [{ kind: 'null' }, ...(type.of?.branches ?? [])])
  if (!problem) return
  throw invalid(
    member,
    problem,
    'Give t.union types that differ in JavaScript and in Avro: classes, and at most one text, one number and so on; t.optional goes around it.',
  )
}

function checkFixed(member: string, { kind, name = '', size = 0 }: FieldType): void {
  if (fullName.test(name) && !primitive.test(name) && Number.isInteger(size) && size >= (kind === 'fixed' ? 0 : 1)) return
  throw invalid(member, `is ${kind} of ${size} bytes with the name '${name}'`, "Give it an Avro name and a whole number of bytes: t.fixed('shop.Checksum', 4).")
}

function checkDefault(member: string, type: FieldType): void {
  const problem = defaultProblem(type)
  if (!problem) return
  throw invalid(member, problem, "Give a value of the type; in a union, of its first branch: t.withDefault(t.union(t.string, t.null), 'none').")
}

function checkDecimal(member: string, { precision = 0, scale = 0, size }: FieldType): void {
  if (size !== undefined && precision > fixedDigits(size))
    throw invalid(member, `is a decimal of ${precision} digits in ${size} bytes, which hold ${fixedDigits(size)}`, 'Give it more bytes or fewer digits.')
  if (Number.isInteger(precision) && Number.isInteger(scale) && scale >= 0 && precision >= 1 && scale <= precision) return
  throw invalid(
    member,
    `is a decimal of ${precision} digits with ${scale} behind the point`,
    'Give t.decimal all digits first and then how many of them are behind the point: t.decimal(14, 2).',
  )
}

function checkEnum(member: string, { name = '', symbols = [], fallback }: FieldType): void {
  const wrong = symbols.find((symbol, index) => !isUsable(symbol) || symbols.indexOf(symbol) !== index)
  const named = fullName.test(name) && !primitive.test(name)
  const known = fallback === undefined || symbols.includes(fallback)
  if (named && known && symbols.length > 0 && wrong === undefined) return
  const problem = !named
    ? `is an enum with the name '${name}', which is no Avro name`
    : wrong === undefined
      ? symbols.length === 0
        ? 'is an enum without symbols'
        : `is an enum whose default ${fallback} is no symbol of it`
      : `is an enum with the symbol '${wrong}' twice, or it cannot be written in Avro`
  throw invalid(member, problem, "Use letters, digits and underscores, each symbol once: t.enum('shop.Status', ['open', 'closed']).")
}

/** Names such as `constructor` are on every object and would be found where nothing was given. */
function isUsable(name: string): boolean {
  return simpleName.test(name) && !(name in Object.prototype)
}

function invalid(member: string, problem: string, cure: string): Error {
  return coreErrors.create('MODEL_INVALID', { member, problem, cure })
}
