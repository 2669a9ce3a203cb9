import avsc from 'avsc'
import { isCalled } from './is-called.js'
import { unreadable, unwritable } from './refusal.js'
import type { AvroType, Resolver, Tap } from './tap.js'

/** One of the symbols. A symbol that only a newer writer knows makes its own record unreadable, not every record of that writer. */
export class EnumType extends avsc.types.EnumType {
  _write(tap: Tap, value: unknown): void {
    const { _indices } = this as unknown as { _indices: Record<string, number> }
    if (typeof value !== 'string' || !Object.hasOwn(_indices, value)) throw unwritable(`one of ${this.symbols.join(', ')}`)
    tap.writeLong(_indices[value] as number)
  }

  _update(resolver: Resolver, writer: avsc.Type, options: { readonly ignoreNamespaces?: boolean }): void {
    if (!(writer instanceof EnumType) || !isCalled(this, writer.name, options.ignoreNamespaces)) return
    const fallback = (this as unknown as { default?: string }).default
    const known = new Map(writer.symbols.map(symbol => [symbol, this.symbols.includes(symbol) ? symbol : fallback]))
    resolver._read = tap => {
      const symbol = (writer as unknown as AvroType)._read(tap) as string
      const read = known.get(symbol)
      if (read === undefined) throw unreadable(`${symbol} is none of ${this.symbols.join(', ')}`)
      return read
    }
  }
}
