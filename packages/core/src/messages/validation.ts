import { coreErrors } from '../errors/core-errors.js'
import { type FieldType, isNullable } from './field-type.js'
import { type MessageDefinition, recordDefinition } from './message-definition.js'
import { scalarFit } from './scalar-fit.js'
import { branchFinder, isPlainObject } from './union-branch.js'

/** A place in a message that does not fit: the path, what was expected and what was there. */
export interface FieldProblem {
  readonly path: string
  readonly problem: string
}

/** How deep values may be nested. More would overflow the stack of whoever reads them, and a value that holds itself has no end. */
const deepest = 200

/** Where the check stands: the first `depth` steps lead to the value at hand. A path is written out only for a problem. */
interface Walk {
  readonly steps: (string | number)[]
  readonly problems: FieldProblem[]
}

type Check = (value: unknown, walk: Walk, depth: number) => void

const compiled = new WeakMap<MessageDefinition, Check>()

/** Every place where `message` does not fit its definition: missing, mistyped and unknown fields. Empty when it fits. */
export function findProblems(definition: MessageDefinition, message: unknown): FieldProblem[] {
  const walk: Walk = { steps: [], problems: [] }
  checkOf(definition)(message, walk, 0)
  return walk.problems
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

/** Why a value does not fit a type, at its first problem; undefined when it fits. */
export function findTypeProblem(type: FieldType, value: unknown): string | undefined {
  const walk: Walk = { steps: [], problems: [] }
  typeCheck(type)(value, walk, 0)
  const [first] = walk.problems
  return first && (first.path ? `${first.problem} (at ${first.path})` : first.problem)
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
  const fields = definition.fields.map(({ name, type }) => ({ name, check: fieldCheck(type) }))
  const known = new Set(fields.map(({ name }) => name))
  return (value, walk, depth) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return report(walk, depth, expected(`a ${definition.name}`, value))
    if (depth > deepest) return report(walk, depth, `is nested deeper than ${deepest} levels, or holds itself`)
    const record = value as Record<string, unknown>
    for (const { name, check } of fields) {
      walk.steps[depth] = name
      check(record[name], walk, depth + 1)
    }
    for (const name in record) {
      if (known.has(name) || !Object.hasOwn(record, name)) continue
      walk.steps[depth] = name
      report(walk, depth + 1, `is no field of ${definition.name}`)
    }
  }
}

/** What is missing where there is a default is that default. */
function fieldCheck(type: FieldType): Check {
  const check = typeCheck(type)
  if (type.default === undefined || isNullable(type)) return check
  return (value, walk, depth) => {
    if (value !== undefined) check(value, walk, depth)
  }
}

function typeCheck(type: FieldType): Check {
  switch (type.kind) {
    case 'record': {
      // Not before there is a value: the class may be declared later.
      let check: Check | undefined
      return (value, walk, depth) => {
        check ??= checkOf(recordDefinition(type))
        check(value, walk, depth)
      }
    }
    case 'optional': {
      const check = typeCheck(type.of as FieldType)
      return (value, walk, depth) => {
        if (value !== undefined && value !== null) check(value, walk, depth)
      }
    }
    case 'array':
      return arrayCheck(typeCheck(type.of as FieldType))
    case 'map':
      return mapCheck(typeCheck(type.of as FieldType))
    case 'union':
      return unionCheck(type.branches as readonly FieldType[])
    default: {
      const { what, fits } = scalarFit(type)
      return scalarCheck(what, fits)
    }
  }
}

function arrayCheck(check: Check): Check {
  return (value, walk, depth) => {
    if (!Array.isArray(value)) return report(walk, depth, expected('an array', value))
    for (let index = 0; index < value.length; index++) {
      walk.steps[depth] = index
      check(value[index], walk, depth + 1)
    }
  }
}

function mapCheck(check: Check): Check {
  return (value, walk, depth) => {
    if (!isPlainObject(value)) return report(walk, depth, expected('a plain object', value))
    for (const key of Object.keys(value)) {
      walk.steps[depth] = key
      if (!key.isWellFormed()) report(walk, depth + 1, 'has a key that is no well-formed Unicode')
      check(value[key], walk, depth + 1)
    }
  }
}

function unionCheck(branches: readonly FieldType[]): Check {
  const checks = branches.map(typeCheck)
  let find: ReturnType<typeof branchFinder> | undefined
  return (value, walk, depth) => {
    find ??= branchFinder(branches)
    const index = find(value)
    if (index === undefined) return report(walk, depth, expected(branches.map(branchText).join(' or '), value))
    ;(checks[index] as Check)(value, walk, depth)
  }
}

function branchText(branch: FieldType): string {
  switch (branch.kind) {
    case 'record':
      return `a ${recordDefinition(branch).class.name} made by its class`
    case 'array':
      return 'an array'
    case 'map':
      return 'a plain object'
    case 'fixed':
    case 'enum':
      return `${branch.name}`
    default:
      return branch.kind
  }
}

function scalarCheck(what: string, fits: (value: unknown) => boolean): Check {
  return (value, walk, depth) => {
    if (!fits(value)) report(walk, depth, expected(what, value))
  }
}

function report(walk: Walk, depth: number, problem: string): void {
  let path = ''
  for (const step of walk.steps.slice(0, depth)) path += typeof step === 'number' ? `[${step}]` : path ? `.${step}` : step
  walk.problems.push({ path, problem })
}

function expected(what: string, value: unknown): string {
  return value === undefined ? `is missing (expected ${what})` : `is ${describe(value)}, expected ${what}`
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : `an object of ${value.constructor?.name ?? 'no class'}`
  return value === null ? 'null' : `${typeof value} ${String(value)}`
}
