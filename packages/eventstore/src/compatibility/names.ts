import { type NamedNode, primitiveTypes } from './schema-node.js'

type Json = { readonly [key: string]: unknown }

const part = /^[\p{L}_][\p{L}\p{Nd}_]*$/u

/** The names of one schema: how they are spelt, and which type each of them is. */
export class Names {
  readonly #types = new Map<string, { readonly node: NamedNode; readonly text: string }>()

  /** The full name and aliases of a definition inside a namespace. Throws where a name is none. */
  read(json: Json, enclosing: string): { readonly name: string; readonly aliases: readonly string[] } {
    const { name: given, namespace } = json
    if (typeof given !== 'string') throw new Error(`${JSON.stringify(json).slice(0, 60)} has no name`)
    const name = fullName(given, typeof namespace === 'string' ? namespace : enclosing)
    for (const each of name.split('.')) this.validPart(each)
    if ((primitiveTypes as readonly string[]).includes(name)) throw new Error(`a type has the name ${name}, which is one of Avro's own`)
    const own = name.slice(0, Math.max(name.lastIndexOf('.'), 0))
    return { name, aliases: this.aliasesOf(json).map(alias => fullName(alias, own)) }
  }

  aliasesOf({ aliases = [] }: Json): readonly string[] {
    if (!Array.isArray(aliases) || !aliases.every(alias => typeof alias === 'string'))
      throw new Error(`the aliases ${JSON.stringify(aliases)} are no list of names`)
    return [...new Set(aliases)]
  }

  /** A name without a namespace. Java's letters, not only those of the specification. */
  validPart(name: unknown): string {
    if (typeof name !== 'string' || !part.test(name)) throw new Error(`${JSON.stringify(name)} is no name`)
    return name
  }

  /**
   * The type that a name means inside a namespace: one of that, else one without a namespace whose definition is complete (`isOpen` says which are not), as Java has it.
   */
  find(name: string, namespace: string, isOpen: (name: string) => boolean): NamedNode | undefined {
    const own = fullName(name, namespace)
    return (this.#types.get(own) ?? (own === name || isOpen(name) ? undefined : this.#types.get(name)))?.node
  }

  /** Gives the node back, or the first one where the same definition stands twice. Throws where another type has the name. */
  add(node: NamedNode, text: string): NamedNode {
    const known = this.#types.get(node.name)
    if (known && known.text !== text) throw new Error(`the name ${node.name} is defined twice`)
    if (!known) this.#types.set(node.name, { node, text })
    return known?.node ?? node
  }
}

function fullName(name: string, namespace: string): string {
  if (name.includes('.')) return name.startsWith('.') ? name.slice(1) : name
  return namespace ? `${namespace}.${name}` : name
}
