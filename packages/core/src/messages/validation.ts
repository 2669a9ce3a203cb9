import { coreErrors } from '../errors/core-errors.js'
import type { FieldType } from './field-type.js'
import { type MessageDefinition, recordDefinition } from './message-definition.js'

/** A place in a message that does not fit: the path, what was expected and what was there. */
export interface FieldProblem {
  readonly path: string
  readonly problem: string
}

type Check = (value: unknown, path: string, problems: FieldProblem[]) => void

const compiled = new WeakMap<MessageDefinition, Check>()

/** Every place where `message` does not fit its definition: missing, mistyped and unknown fields. Empty when it fits. */
export function findProblems(definition: MessageDefinition, message: unknown): FieldProblem[] {
  const problems: FieldProblem[] = []
  checkOf(definition)(message, '', problems)
  return problems
}

/** Throws MESSAGE_INVALID, naming every path, when `message` does not fit its definition. */
export function validateMessage(definition: MessageDefinition, message: unknown): void {
  const problems = findProblems(definition, message)
  if (problems.length === 0) return
  throw coreErrors.create('MESSAGE_INVALID', {
    message: definition.name,
    problems: problems.map(({ path, problem }) => `${path || 'the message'} ${problem}`).join('; '),
    fields: problems,
  })
}

function checkOf(definition: MessageDefinition): Check {
  let check = compiled.get(definition)
  if (!check) {
    check = recordCheck(definition)
    compiled.set(definition, check)
  }
  return check
}

function recordCheck(definition: MessageDefinition): Check {
  const fields = definition.fields.map(({ name, type }) => ({ name, check: typeCheck(type) }))
  const known = new Set(fields.map(({ name }) => name))
  return (value, path, problems) => {
    if (typeof value !== 'object' || value === null) return void problems.push(expected(`a ${definition.name}`, value, path))
    const record = value as Record<string, unknown>
    for (const { name, check } of fields) check(record[name], path ? `${path}.${name}` : name, problems)
    for (const name in record) {
      if (!known.has(name) && Object.hasOwn(record, name))
        problems.push({ path: path ? `${path}.${name}` : name, problem: `is no field of ${definition.name}` })
    }
  }
}

function typeCheck(type: FieldType): Check {
  switch (type.kind) {
    case 'record': {
      const definition = recordDefinition(type)
      return (value, path, problems) => checkOf(definition)(value, path, problems)
    }
    case 'optional': {
      const check = typeCheck(type.of as FieldType)
      return (value, path, problems) => {
        if (value !== undefined && value !== null) check(value, path, problems)
      }
    }
    case 'array': {
      const check = typeCheck(type.of as FieldType)
      return (value, path, problems) => {
        if (!Array.isArray(value)) return void problems.push(expected('an array', value, path))
        for (let index = 0; index < value.length; index++) check(value[index], `${path}[${index}]`, problems)
      }
    }
    case 'map': {
      const check = typeCheck(type.of as FieldType)
      return (value, path, problems) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return void problems.push(expected('an object', value, path))
        for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, problems)
      }
    }
    case 'enum':
      return scalarCheck(`one of ${type.symbols?.join(', ')}`, value => (type.symbols as readonly unknown[]).includes(value))
    case 'decimal':
      return scalarCheck(`a decimal string of at most ${type.precision} digits, ${type.scale} behind the point`, value => isDecimal(value, type))
    default: {
      const [what, fits] = scalars[type.kind]
      return scalarCheck(what, fits)
    }
  }
}

const scalars = {
  string: ['a string', (value: unknown) => typeof value === 'string' && value.isWellFormed()],
  boolean: ['a boolean', (value: unknown) => typeof value === 'boolean'],
  int: ['a whole number of 32 bits', (value: unknown) => typeof value === 'number' && (value | 0) === value],
  long: ['a bigint of 64 bits', (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value],
  float: ['a number', (value: unknown) => typeof value === 'number'],
  double: ['a number', (value: unknown) => typeof value === 'number'],
  bytes: ['bytes (a Uint8Array)', (value: unknown) => value instanceof Uint8Array],
  uuid: ['a UUID', (value: unknown) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)],
  timestamp: ['a valid Date', (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime())],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>

function scalarCheck(what: string, fits: (value: unknown) => boolean): Check {
  return (value, path, problems) => {
    if (!fits(value)) problems.push(expected(what, value, path))
  }
}

function isDecimal(value: unknown, { precision = 0, scale = 0 }: FieldType): boolean {
  if (typeof value !== 'string') return false
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(value)
  if (!match) return false
  const [, whole = '', fraction = ''] = match
  return fraction.length <= scale && whole.replace(/^0+/, '').length <= precision - scale
}

function expected(what: string, value: unknown, path: string): FieldProblem {
  return { path, problem: value === undefined ? `is missing (expected ${what})` : `is ${describe(value)}, expected ${what}` }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : `an object of ${value.constructor?.name ?? 'no class'}`
  return `${typeof value} ${String(value)}`
}
