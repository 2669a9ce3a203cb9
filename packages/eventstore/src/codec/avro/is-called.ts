/** What has a name of its own in a schema. */
interface Named {
  readonly name?: string | undefined
  readonly aliases?: readonly string[] | undefined
}

/** Whether a type may read what was written under this name: its own, or one of its aliases. */
export function isCalled({ name = '', aliases = [] }: Named, written = '', ignoreNamespaces = false): boolean {
  const names = [name, ...aliases]
  return ignoreNamespaces ? names.some(each => simple(each) === simple(written)) : names.includes(written)
}

function simple(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
