import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ottla } from '../run-ottla.js'
import { temporaryFolder } from '../shop-data.js'
import { compatible, first, incompatible, type ShopVersion, writeVersion } from './shop-version.js'

const folder = temporaryFolder()

beforeAll(async () => {
  for (const [name, version] of Object.entries({ first, compatible, incompatible })) writeVersion(folder.path, name, version)
  expect((await ottla(['schema', 'snapshot', '--config', 'first.mjs'], { cwd: folder.path })).code).toBe(0)
})

afterAll(() => folder.remove())

const check = (config: string, ...more: readonly string[]) => ottla(['schema', 'check', '--snapshot', '--config', config, ...more], { cwd: folder.path })
const checked = (name: string, version: ShopVersion, ...more: readonly string[]) => check(writeVersion(folder.path, name, version), ...more)

describe('ottla schema check', () => {
  it('ends with 0 where nothing has changed', async () => {
    expect(await check('first.mjs')).toEqual({
      code: 0,
      stderr: '',
      stdout: `\
unchanged     shop.commands-ottla.Reply (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.commands-shop.PlaceOrder (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.events-shop.OrderCancelled (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.events-shop.OrderPlaced (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.outcomes-ottla.Outcome (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.replies-ottla.CommandReply (BACKWARD_TRANSITIVE, 1 version)

6 subjects: 6 unchanged
`,
    })
  })

  it('ends with 0 on a compatible change, with the diff and who is deployed first', async () => {
    expect(await check('compatible.mjs')).toEqual({
      code: 0,
      stderr: '',
      stdout: `\
unchanged     shop.commands-ottla.Reply (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.commands-shop.PlaceOrder (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.events-shop.OrderCancelled (BACKWARD_TRANSITIVE, 1 version)
compatible    shop.events-shop.OrderPlaced (BACKWARD_TRANSITIVE, 1 version)
  since version 1:
    ~ points: long → double
    + note: null or string, default null
  deploy first: readers, for code of version 1 cannot read the new events
new           shop.events-shop.OrderShipped (BACKWARD_TRANSITIVE)
unchanged     shop.outcomes-ottla.Outcome (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.replies-ottla.CommandReply (BACKWARD_TRANSITIVE, 1 version)

7 subjects: 1 compatible, 1 new, 5 unchanged
`,
    })
  })

  it('ends with 3 on an incompatible change, with the rule that is broken and what to do', async () => {
    expect(await check('incompatible.mjs')).toEqual({
      code: 3,
      stderr:
        'SCHEMAS_INCOMPATIBLE: The code of app shop does not go together with what was written before to shop.events-shop.OrderCancelled, shop.events-shop.OrderPlaced. ' +
        'Make each change in a compatible way, as the report says; nothing was written.\n',
      stdout: `\
unchanged     shop.commands-ottla.Reply (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.commands-shop.PlaceOrder (BACKWARD_TRANSITIVE, 1 version)
removed       shop.events-shop.OrderCancelled (BACKWARD_TRANSITIVE, 1 version)
  Ottla reads every event that was ever written, whatever the level lets pass
    the code has no class for it: keep the class, make shop.OrderCancelled an alias of its new name, or read it with @Upcast
incompatible  shop.events-shop.OrderPlaced (BACKWARD_TRANSITIVE, 1 version)
  since version 1:
    ~ total: decimal(14, 4) in bytes → string
    + currency: string, no default
  BACKWARD_TRANSITIVE: the new code must read all old events
    version 1: currency has no default in the new schema, and version 1 does not have it: give the field a default, such as null
  deploy first: neither, for the new code and code of version 1 cannot read each other's events
unchanged     shop.outcomes-ottla.Outcome (BACKWARD_TRANSITIVE, 1 version)
unchanged     shop.replies-ottla.CommandReply (BACKWARD_TRANSITIVE, 1 version)

6 subjects: 1 incompatible, 1 removed, 4 unchanged
`,
    })
  })

  it('ends with 3 on a change that a registry takes and that would turn old events into something else', async () => {
    const events = { ...first.events, 'shop.OrderPlaced': '{ orderId: t.string, total: t.string, points: t.long }' }
    const { code, stdout } = await checked('text', { events })
    expect(code).toBe(3)
    expect(stdout).toContain(`\
incompatible  shop.events-shop.OrderPlaced (BACKWARD_TRANSITIVE, 1 version)
  since version 1:
    ~ total: decimal(14, 4) in bytes → string
  a registry accepts this by the rules of Avro, but the new code would take old events for something else
    version 1: total was written as decimal(14, 4) in bytes and is read as string: `)
  })

  it('warns of a command that is gone, and ends with 0', async () => {
    const { code, stdout } = await checked('commandless', { ...first, commands: { 'shop.OpenOrder': '{ orderId: t.string }' } })
    expect(code).toBe(0)
    expect(stdout).toContain(`\
new           shop.commands-shop.OpenOrder (BACKWARD_TRANSITIVE)
removed       shop.commands-shop.PlaceOrder (BACKWARD_TRANSITIVE, 1 version)
  warning: the code does not have it any more: commands of this type that still wait in the inbox will fail
`)
  })

  it('knows what is renamed with an alias, and has it read every version', async () => {
    const renamed = (fields: string) => ({
      events: { 'shop.OrderPlaced': '{ orderId: t.string, total: t.decimal(14, 4), points: t.long }', 'shop.OrderWithdrawn': fields },
    })
    const alias = `{ aliases: ['shop.OrderCancelled'] }`
    const readable = await checked('renamed', renamed(`{ orderId: t.string, why: t.optional(t.string) }, ${alias}`))
    expect(readable.code).toBe(0)
    expect(readable.stdout).toContain(`\
renamed       shop.events-shop.OrderCancelled (now shop.OrderWithdrawn; 1 version)
  since version 1:
    ~ (message): shop.OrderCancelled is now called shop.OrderWithdrawn
    + why: null or string, default null
  deploy first: readers, for code that knows the old name only cannot read the new events
`)
    const unreadable = await checked('misnamed', renamed(`{ orderId: t.string, why: t.string }, ${alias}`))
    expect(unreadable).toMatchObject({ code: 3, stdout: expect.stringContaining('    version 1: why has no default in the new schema') })
    const nameless = await checked('nameless', renamed('{ orderId: t.string }'))
    expect(nameless).toMatchObject({ code: 3, stdout: expect.stringContaining('removed       shop.events-shop.OrderCancelled') })
  })

  it('knows the events that upcasters read, and has them read every version', async () => {
    const events = { 'shop.OrderPlaced2': '{ orderId: t.string }', 'shop.OrderCancelled': '{ orderId: t.string }' }
    const upcast = (fields: string) => ({
      events,
      before: `const Old = event('shop.OrderPlaced', ${fields})`,
      modules: 'upcast(Old, OrderPlaced2, old => new OrderPlaced2({ orderId: old.orderId }))',
    })
    const readable = await checked('upcast', upcast('{ orderId: t.string, total: t.decimal(14, 4), points: t.long }'))
    expect(readable).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('upcast        shop.events-shop.OrderPlaced (BACKWARD_TRANSITIVE, 1 version)\nnew '),
    })
    const unreadable = await checked('miscast', upcast('{ orderId: t.long }'))
    expect(unreadable).toMatchObject({ code: 3, stdout: expect.stringContaining('version 1: orderId is long in the new schema and string in version 1') })
  })

  it('gives all of it as JSON in one line', async () => {
    const { code, stdout } = await check('incompatible.mjs', '--json')
    expect([code, stdout.split('\n').length]).toEqual([3, 2])
    const { app, compatible: goes, subjects } = JSON.parse(stdout)
    expect([app, goes, subjects.length]).toEqual(['shop', false, 6])
    expect(subjects[3]).toEqual({
      subject: 'shop.events-shop.OrderPlaced',
      kind: 'event',
      type: 'shop.OrderPlaced',
      level: 'BACKWARD_TRANSITIVE',
      versions: 1,
      status: 'incompatible',
      changes: [
        { kind: 'changed', path: 'total', what: 'decimal(14, 4) in bytes → string' },
        { kind: 'added', path: 'currency', what: 'string, no default' },
      ],
      broken: [
        {
          rule: 'BACKWARD_TRANSITIVE: the new code must read all old events',
          version: 1,
          reasons: ['currency has no default in the new schema, and version 1 does not have it: give the field a default, such as null'],
        },
      ],
      warnings: [],
      deployFirst: 'neither',
    })
  })
})
