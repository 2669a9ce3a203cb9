import type { FieldType } from './field-type.js'
import { javaScriptKind } from './union-branch.js'

/** Why these cannot be the branches of one union, undefined when they can. */
export function unionProblem(branches: readonly FieldType[]): string | undefined {
  if (branches.length === 0) return 'is a union of nothing'
  if (branches.some(({ kind }) => kind === 'union' || kind === 'optional')) return 'has a union or an optional inside a union'
  const kinds = branches.map(branch => (branch.kind === 'record' ? (branch.class ?? branch.later) : javaScriptKind(branch)))
  const same = kinds.find((kind, index) => kinds.indexOf(kind) < index)
  if (same !== undefined)
    return `has two branches in a union that are both ${typeof same === 'string' ? `${same === 'absent' || same === 'array' ? 'an' : 'a'} ${same}` : same.name}, and nothing tells them apart`
  const written = branches.map(avroName)
  const twice = written.find((name, index) => name !== undefined && written.indexOf(name) < index)
  return twice && `has two branches in a union that Avro writes as ${twice}`
}

/** How many decimal digits fit into so many bytes. */
export function fixedDigits(size: number): number {
  return Math.floor(Math.log10(2) * (8 * size - 1))
}

/** What Avro tells branches apart by; undefined for what has a name of its own. */
function avroName({ kind, name }: FieldType): string | undefined {
  if (name !== undefined) return undefined
  switch (kind) {
    case 'uuid':
      return 'string'
    case 'date':
    case 'time-millis':
      return 'int'
    case 'decimal':
      return 'bytes'
    case 'record':
      return undefined
    default:
      return kind.includes('time') ? 'long' : kind
  }
}
