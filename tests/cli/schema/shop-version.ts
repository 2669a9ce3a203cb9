import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtOttla } from '../run-ottla.js'

/** What a version of the shop's code says of its messages: names to the fields, and to options after them, as TypeScript. */
export interface ShopVersion {
  readonly events: Readonly<Record<string, string>>
  readonly commands?: Readonly<Record<string, string>>
  /** What the app is called. Default shop. */
  readonly name?: string
  /** Where everything is kept, as TypeScript. */
  readonly log?: string
  /** Further modules, as TypeScript, with what they need before them. */
  readonly before?: string
  readonly modules?: string
}

/** The first version: one command, two events. */
export const first: ShopVersion = {
  commands: { 'shop.PlaceOrder': '{ orderId: t.string }' },
  events: {
    'shop.OrderPlaced': '{ orderId: t.string, total: t.decimal(14, 4), points: t.long }',
    'shop.OrderCancelled': '{ orderId: t.string }',
  },
}

/** What may be deployed after the first version: a new optional field, a wider one and a new event. */
export const compatible: ShopVersion = {
  ...first,
  events: {
    'shop.OrderPlaced': '{ orderId: t.string, total: t.decimal(14, 4), points: t.double, note: t.optional(t.string) }',
    'shop.OrderCancelled': '{ orderId: t.string }',
    'shop.OrderShipped': '{ orderId: t.string }',
  },
}

/** What may not: a new field without a default, a field of another type, and one event without a class. */
export const incompatible: ShopVersion = {
  ...first,
  events: { 'shop.OrderPlaced': '{ orderId: t.string, total: t.string, points: t.long, currency: t.string }' },
}

/** Writes the config file of a version into the folder, as one that is compiled, and gives its name. */
export function writeVersion(
  folder: string,
  name: string,
  { events, commands = first.commands, name: app = 'shop', log, before = '', modules = '' }: ShopVersion,
): string {
  const classes = (kind: string, messages: ShopVersion['events'] = {}) =>
    Object.entries(messages).map(([type, fields]) => `const ${simple(type)} = ${kind}('${type}', ${kind === 'command' ? "'orderId', " : ''}${fields})`)
  const text = `
import { aggregate, apply, command, embedded, event, handle, kafka, saga, startsOn, step, t, upcast } from '${pathToFileURL(builtOttla)}'
${[...classes('command', commands), ...classes('event', events)].join('\n')}
const order = aggregate({
  name: 'order',
  initialState: () => ({}),
  decide: [${Object.keys(commands ?? {}).map(type => `handle(${simple(type)}, () => [])`)}],
  evolve: [${Object.keys(events).map(type => `apply(${simple(type)}, () => {})`)}],
})
${before}
export default { name: '${app}', modules: [order, ${modules}], log: ${log ?? "embedded('shop-data')"} }
`
  writeFileSync(join(folder, `${name}.mjs`), text)
  return `${name}.mjs`
}

function simple(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}
