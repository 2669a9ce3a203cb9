import type { NamedSchema } from './named-schemas.js'

/**
 * The types that stand in one file: each by itself, but those that use each other together, so that no two files import each other. Those of a file are in the order of their
 * names, wherever they are defined.
 */
export function classGroups(all: ReadonlyMap<string, NamedSchema>): readonly (readonly NamedSchema[])[] {
  const reached = new Map([...all.keys()].map(name => [name, reachedFrom(name, all)]))
  const groups = new Map<string, NamedSchema[]>()
  for (const schema of all.values()) {
    const first = [...groups.keys()].find(name => reached.get(name)?.has(schema.name) && reached.get(schema.name)?.has(name))
    const group = first === undefined ? undefined : groups.get(first)
    if (group) group.push(schema)
    else groups.set(schema.name, [schema])
  }
  return [...groups.values()].map(group => group.sort((a, b) => (a.name < b.name ? -1 : 1)))
}

function reachedFrom(start: string, all: ReadonlyMap<string, NamedSchema>): ReadonlySet<string> {
  const reached = new Set<string>()
  const open = [start]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const used of all.get(name)?.uses ?? []) {
      if (reached.has(used)) continue
      reached.add(used)
      open.push(used)
    }
  }
  return reached
}
