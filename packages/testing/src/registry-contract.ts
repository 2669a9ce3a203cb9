import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import { isOttlaError } from '@ottla/core'
import { type CompatibilityLevel, compatibilityLevels, type SchemaRegistry } from '@ottla/eventstore'

/** A fact that every schema registry keeps to: its name says it, `run` rejects where it does not hold. */
export interface RegistryFact {
  readonly name: string
  run(open: OpenRegistry): Promise<void>
}

/** Opens a registry without any subject. What it holds open is the caller's to close. */
export type OpenRegistry = () => SchemaRegistry | Promise<SchemaRegistry>

const order = JSON.stringify({ name: 'shop.Order', type: 'record', fields: [{ name: 'id', type: 'string' }] })
const orderWithNote = JSON.stringify({
  name: 'shop.Order',
  type: 'record',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
})
/** The schema of `order` with other white space and another order of keys. */
const orderElsewhere = '{ "fields": [ { "type": "string", "name": "id" } ],\n  "type": "record", "name": "shop.Order" }'

const orderWith = (field: object) => JSON.stringify({ name: 'shop.Order', type: 'record', fields: [{ name: 'id', type: 'string' }, field] })
const orderWithMust = orderWith({ name: 'must', type: 'string' })
const orderWithDefault = orderWith({ name: 'must', type: 'string', default: '' })
/** Changes of `order`: one that the new reads from the old, one that the old reads from the new, both, neither. */
const afterOrder = {
  backward: JSON.stringify({ name: 'shop.Order', type: 'record', fields: [{ name: 'id', type: ['null', 'string'] }] }),
  forward: orderWithMust,
  full: orderWithNote,
  none: JSON.stringify({ name: 'shop.Order', type: 'record', fields: [{ name: 'id', type: 'int' }] }),
}
const orderAfterwards: readonly { readonly level: CompatibilityLevel; readonly takes: readonly string[] }[] = [
  { level: 'NONE', takes: ['backward', 'forward', 'full', 'none'] },
  { level: 'BACKWARD', takes: ['backward', 'full'] },
  { level: 'BACKWARD_TRANSITIVE', takes: ['backward', 'full'] },
  { level: 'FORWARD', takes: ['forward', 'full'] },
  { level: 'FORWARD_TRANSITIVE', takes: ['forward', 'full'] },
  { level: 'FULL', takes: ['full'] },
  { level: 'FULL_TRANSITIVE', takes: ['full'] },
]

/**
 * The contract suite of the `SchemaRegistry` port. An implementation's test is a loop:
 * `for (const { name, run } of registryContract) test(name, () => run(() => new MyRegistry()))`.
 */
export const registryContract: readonly RegistryFact[] = [
  fact('has no subject at first', async registry => {
    deepStrictEqual(await registry.subjects(), [])
  }),
  fact('gives a schema by the id that it got when it was registered', async registry => {
    const id = await registry.register('a', order)
    deepStrictEqual(await registry.schemaById(id), { id, schema: order })
  }),
  fact('gives ids that are whole numbers from 1 on and fit into four bytes', async registry => {
    const ids = [await registry.register('a', order), await registry.register('a', orderWithNote)]
    for (const id of ids) strictEqual(Number.isInteger(id) && id >= 1 && id < 2 ** 31, true, `the id ${id}`)
  }),
  fact('gives different schemas different ids', async registry => {
    strictEqual((await registry.register('a', order)) === (await registry.register('a', orderWithNote)), false)
  }),
  fact('gives the same schema the same id when it is registered again', async registry => {
    const id = await registry.register('a', order)
    strictEqual(await registry.register('a', order), id)
    strictEqual((await registry.versions('a')).length, 1)
  }),
  fact('gives the same schema the same id in every subject', async registry => {
    const id = await registry.register('a', order)
    strictEqual(await registry.register('b', order), id)
    deepStrictEqual(await registry.versions('b'), [{ id, schema: order }])
  }),
  fact('takes schemas that differ in white space and order of keys for the same', async registry => {
    const id = await registry.register('a', order)
    strictEqual(await registry.register('a', orderElsewhere), id)
    strictEqual(await registry.register('b', orderElsewhere), id)
    deepStrictEqual(await registry.latest('b'), { id, schema: order })
  }),
  fact('gives the versions of a subject oldest first, and the newest as latest', async registry => {
    const first = await registry.register('a', order)
    const second = await registry.register('a', orderWithNote)
    deepStrictEqual(
      (await registry.versions('a')).map(({ id }) => id),
      [first, second],
    )
    strictEqual((await registry.latest('a'))?.id, second)
  }),
  fact('keeps the latest version when an older one is registered again', async registry => {
    await registry.register('a', order)
    const second = await registry.register('a', orderWithNote)
    await registry.register('a', order)
    strictEqual((await registry.latest('a'))?.id, second)
    strictEqual((await registry.versions('a')).length, 2)
  }),
  fact('orders the versions of each subject by itself, whatever the ids', async registry => {
    await registry.register('a', order)
    const second = await registry.register('b', orderWithNote)
    const first = await registry.register('b', order)
    deepStrictEqual(
      (await registry.versions('b')).map(({ id }) => id),
      [second, first],
    )
  }),
  fact('gives the same id to those who register the same schema at the same time', async registry => {
    const ids = await Promise.all(['a', 'b', 'a', 'c', 'b'].map(subject => registry.register(subject, order)))
    strictEqual(new Set(ids).size, 1)
    for (const subject of ['a', 'b', 'c']) strictEqual((await registry.versions(subject)).length, 1)
  }),
  fact('lists the subjects by name', async registry => {
    for (const subject of ['shop.events-b', 'shop.events-a', 'other-a']) await registry.register(subject, order)
    deepStrictEqual(await registry.subjects(), ['other-a', 'shop.events-a', 'shop.events-b'])
  }),
  fact('takes any text for the name of a subject', async registry => {
    for (const subject of ["it's", 'a/b?c=%20', 'é😀']) {
      await registry.register(subject, order)
      strictEqual((await registry.versions(subject)).length, 1)
    }
  }),
  fact('keeps what a schema says in any language', async registry => {
    const schema = JSON.stringify({ name: 'A', type: 'record', doc: `it's "é😀"\n`, fields: [] })
    strictEqual((await registry.schemaById(await registry.register('a', schema))).schema, schema)
  }),
  fact('has no version of a subject that it does not know', async registry => {
    await registry.register('a', order)
    strictEqual(await registry.latest('b'), undefined)
    deepStrictEqual(await registry.versions('b'), [])
  }),
  fact('rejects with SCHEMA_UNKNOWN for an id that it has not given', async registry => {
    const id = await registry.register('a', order)
    await rejects(registry.schemaById(id + 1000), error => isOttlaError(error, 'SCHEMA_UNKNOWN'))
  }),
  fact('rejects with SCHEMA_INVALID for a schema that is no JSON, and registers nothing', async registry => {
    await rejects(registry.register('a', '{"type":'), error => isOttlaError(error, 'SCHEMA_INVALID'))
    deepStrictEqual(await registry.subjects(), [])
  }),
  fact('rejects with SCHEMA_INVALID for JSON that is no schema, and registers nothing', async registry => {
    await rejects(registry.register('a', '{"type":"nothing"}'), error => isOttlaError(error, 'SCHEMA_INVALID'))
    await rejects(registry.check('a', '{"type":"nothing"}'), error => isOttlaError(error, 'SCHEMA_INVALID'))
    deepStrictEqual(await registry.subjects(), [])
  }),
  fact('has the level BACKWARD_TRANSITIVE for a subject without one, before and after its first version', async registry => {
    strictEqual(await registry.compatibility('a'), 'BACKWARD_TRANSITIVE')
    await registry.register('a', order)
    strictEqual(await registry.compatibility('a'), 'BACKWARD_TRANSITIVE')
  }),
  fact('keeps the level that was set, for that subject alone, and makes no subject of it', async registry => {
    strictEqual(await registry.ownCompatibility('a'), undefined)
    for (const level of compatibilityLevels) {
      await registry.setCompatibility('a', level)
      strictEqual(await registry.compatibility('a'), level)
      strictEqual(await registry.ownCompatibility('a'), level)
    }
    strictEqual(await registry.compatibility('b'), 'BACKWARD_TRANSITIVE')
    strictEqual(await registry.ownCompatibility('b'), undefined)
    deepStrictEqual(await registry.subjects(), [])
  }),
  fact('keeps a level that was set before the first version', async registry => {
    await registry.setCompatibility('a', 'FORWARD')
    await registry.register('a', order)
    strictEqual(await registry.compatibility('a'), 'FORWARD')
  }),
  fact('rejects with COMPATIBILITY_LEVEL_UNKNOWN for a level that is none, and keeps the old one', async registry => {
    await rejects(registry.setCompatibility('a', 'SIDEWARD' as 'FULL'), error => isOttlaError(error, 'COMPATIBILITY_LEVEL_UNKNOWN'))
    strictEqual(await registry.compatibility('a'), 'BACKWARD_TRANSITIVE')
  }),
  fact('takes what the level allows and refuses the rest with SCHEMA_INCOMPATIBLE, registering nothing', async registry => {
    for (const { level, takes } of orderAfterwards) {
      const subject = `a-${level}`
      await registry.setCompatibility(subject, level)
      await registry.register(subject, order)
      for (const [change, schema] of Object.entries(afterOrder)) {
        const taken = takes.includes(change)
        const { compatible, reasons, level: named } = await registry.check(subject, schema)
        deepStrictEqual([compatible, named, reasons.length > 0], [taken, level, !taken], `${change} at ${level}`)
        if (!taken) await rejects(registry.register(subject, schema), error => isOttlaError(error, 'SCHEMA_INCOMPATIBLE'))
      }
      strictEqual((await registry.versions(subject)).length, 1)
    }
  }),
  fact('compares with all versions at a transitive level, and with the latest at the others', async registry => {
    for (const [level, taken] of [
      ['BACKWARD', true],
      ['BACKWARD_TRANSITIVE', false],
    ] as const) {
      const subject = `a-${level}`
      await registry.setCompatibility(subject, level)
      await registry.register(subject, order)
      await registry.register(subject, orderWithDefault)
      strictEqual((await registry.check(subject, orderWithMust)).compatible, taken, level)
    }
  }),
  fact('finds a version that the subject has compatible, and registers it again, whatever came later', async registry => {
    await registry.setCompatibility('a', 'NONE')
    const first = await registry.register('a', order)
    await registry.register('a', '"int"')
    await registry.setCompatibility('a', 'FULL_TRANSITIVE')
    deepStrictEqual(await registry.check('a', order), { compatible: true, level: 'FULL_TRANSITIVE', reasons: [] })
    strictEqual(await registry.register('a', order), first)
  }),
  fact('takes a type that moved to another namespace, as Java does', async registry => {
    await registry.register('a', order)
    await registry.register('a', order.replace('shop.Order', 'store.Order'))
    strictEqual((await registry.versions('a')).length, 2)
  }),
]

function fact(name: string, check: (registry: SchemaRegistry) => Promise<void>): RegistryFact {
  return { name, run: async open => check(await open()) }
}
