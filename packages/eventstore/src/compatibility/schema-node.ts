/** The types of Avro that have no parts. */
export const primitiveTypes = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const

export type PrimitiveType = (typeof primitiveTypes)[number]

/** What a schema says of a type beyond how its bytes are: as written, whether it makes sense or not. */
export interface LogicalType {
  readonly logicalType: string
  readonly precision?: number
  readonly scale?: number
}

export interface PrimitiveNode {
  readonly type: PrimitiveType
  readonly logical?: LogicalType
}

export interface ArrayNode {
  readonly type: 'array'
  items: SchemaNode
}

export interface MapNode {
  readonly type: 'map'
  values: SchemaNode
}

export interface UnionNode {
  readonly type: 'union'
  readonly branches: SchemaNode[]
}

interface Name {
  /** With the namespace. */
  readonly name: string
  /** Full names. */
  readonly aliases: readonly string[]
}

export interface FieldNode {
  readonly name: string
  readonly aliases: readonly string[]
  type: SchemaNode
  /** The JSON of the default, undefined where there is none; `null` is one. */
  readonly default: unknown
}

export interface RecordNode extends Name {
  readonly type: 'record'
  readonly fields: FieldNode[]
}

export interface EnumNode extends Name {
  readonly type: 'enum'
  readonly symbols: readonly string[]
  readonly default: string | undefined
}

export interface FixedNode extends Name {
  readonly type: 'fixed'
  readonly size: number
  readonly logical?: LogicalType
}

export type NamedNode = RecordNode | EnumNode | FixedNode

/**
 * A schema as a graph: what refers to a name is the node of that name itself, so a recursive schema has cycles. Every other place has a node of its own, as in Avro's
 * Java implementation, whose verdicts depend on it.
 */
export type SchemaNode = PrimitiveNode | ArrayNode | MapNode | UnionNode | NamedNode

/** A name without its namespace. */
export function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

export function isNamed(node: SchemaNode): node is NamedNode {
  return node.type === 'record' || node.type === 'enum' || node.type === 'fixed'
}

/** What people call a type: `long`, `decimal(14, 4)`, `array of shop.Line`, `null or string`. */
export function typeText(node: SchemaNode): string {
  switch (node.type) {
    case 'array':
      return `array of ${typeText(node.items)}`
    case 'map':
      return `map of ${typeText(node.values)}`
    case 'union':
      return node.branches.map(typeText).join(' or ') || 'empty union'
    case 'record':
    case 'enum':
      return node.name
    case 'fixed':
      return node.logical ? `${node.name} (${logicalText(node.logical)})` : node.name
    default:
      return node.logical ? `${logicalText(node.logical)} in ${node.type}` : node.type
  }
}

function logicalText({ logicalType, precision, scale = 0 }: LogicalType): string {
  return logicalType === 'decimal' ? `decimal(${precision}, ${scale})` : logicalType
}
