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

  /** @param name of the type that the file is for. */
  constructor(private readonly name: string) {
    this.#identifiers.set(name, identifierOf(name))
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
    const folder = posix.dirname(fileOf(this.name))
    const others = [...this.#identifiers].filter(([name]) => name !== this.name)
    const imports = others.map(([name, identifier]) => {
      const relative = posix.relative(folder, fileOf(name)).replace(/\.ts$/, '.js')
      const own = identifierOf(name)
      return { from: relative.startsWith('.') ? relative : `./${relative}`, what: own === identifier ? own : `${own} as ${identifier}` }
    })
    return imports
      .sort((a, b) => distance(b.from) - distance(a.from) || (a.from < b.from ? -1 : 1))
      .map(({ from, what }) => `import { ${what} } from '${from}'`)
  }
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
