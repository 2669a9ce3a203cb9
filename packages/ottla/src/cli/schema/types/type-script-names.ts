import { posix } from 'node:path'

/** Names that generated code has already, and those that JavaScript does not let a class have. */
const taken: ReadonlySet<string> = new Set(
  [
    'Command Event Field Id Message Value t CalendarDuration Defaulted Later TypeOf',
    'Array Boolean Date Error Function Map Number Object Promise Record Set String Symbol Uint8Array undefined',
    'break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super',
    'switch this throw true try typeof var void while with implements interface let package private protected public static yield await async eval arguments any unknown never',
    'string number boolean bigint symbol object',
  ].flatMap(names => names.split(' ')),
)

/** What a named type is called in TypeScript. */
export function identifierOf(name: string): string {
  const simple = name.slice(name.lastIndexOf('.') + 1)
  const upper = simple.slice(0, 1).toUpperCase() + simple.slice(1)
  return taken.has(upper) ? `${upper}Type` : upper
}

/** The file of a named type: a folder for each part of its namespace. */
export function fileOf(name: string): string {
  const parts = name.split('.')
  const simple = parts.pop() as string
  const kebab = simple.replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, (_, before = '', after = '', acronym = '') => `${before}${acronym}-${after}`)
  return posix.join(...parts, `${kebab.replaceAll('_', '-').replace(/-+/g, '-').toLowerCase()}.ts`)
}

/** What one file imports of the others, each under a name that is free in it. */
export class Imports {
  readonly #identifiers = new Map<string, string>()

  /**
   * @param own the names of the types that the file has.
   * @param fileWith the first of the types in whose file a type is.
   */
  constructor(
    private readonly own: readonly string[],
    private readonly fileWith: (name: string) => string,
  ) {
    for (const name of own) {
      const identifier = identifierOf(name)
      if ([...this.#identifiers.values()].includes(identifier)) throw new Error(`two types that use each other are both called ${identifier}`)
      this.#identifiers.set(name, identifier)
    }
  }

  get hasNamespace(): boolean {
    return this.own[0]?.includes('.') === true
  }

  /** What the file calls a named type. */
  identifier(name: string): string {
    const known = this.#identifiers.get(name)
    if (known) return known
    const wanted = identifierOf(name)
    const used = [...this.#identifiers.values()]
    const identifier = used.includes(wanted) ? name.split('.').map(identifierOf).join('') : wanted
    this.#identifiers.set(name, identifier)
    return identifier
  }

  /** The import lines, in the order of their files. */
  get lines(): readonly string[] {
    const folder = posix.dirname(fileOf(this.own[0] as string))
    const files = new Map<string, string[]>()
    for (const [name, identifier] of this.#identifiers) {
      if (this.own.includes(name)) continue
      const relative = posix.relative(folder, fileOf(this.fileWith(name))).replace(/\.ts$/, '.js')
      const from = relative.startsWith('.') ? relative : `./${relative}`
      const exported = identifierOf(name)
      files.set(from, [...(files.get(from) ?? []), exported === identifier ? exported : `${exported} as ${identifier}`])
    }
    const sorted = [...files].sort(([a], [b]) => distance(b) - distance(a) || (a < b ? -1 : 1))
    return sorted.map(([from, what]) => `import { ${what.sort(byLetters).join(', ')} } from '${from}'`)
  }
}

/** As Biome sorts what is imported: letter by letter, and of two cases of a letter the upper one first. */
export function byLetters(a: string, b: string): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [one, other] = [a.charAt(index), b.charAt(index)]
    if (one === other) continue
    if (one.toLowerCase() !== other.toLowerCase()) return one.toLowerCase() < other.toLowerCase() ? -1 : 1
    return one < other ? -1 : 1
  }
  return a.length - b.length
}

/** Far ones come first. */
function distance(from: string): number {
  return from.split('../').length
}

/** A string in code. */
export function quoted(text: string): string {
  const json = JSON.stringify(text)
  return text.includes("'") && !text.includes('"') ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
