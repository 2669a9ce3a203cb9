import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MessageClass, messageDefinition } from '@ottla/core'
import { AvroCodec, canonicalSchema } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ottla } from '../run-ottla.js'
import { temporaryFolder } from '../shop-data.js'
import { EveryType } from './generated/all/types/every-type.js'
import { Point } from './generated/all/types/point.js'
import { CardPayment, Receipt } from './generated/payments/card-payment.js'
import { CashPayment } from './generated/payments/cash-payment.js'
import { OrderLine } from './generated/shop/order-line.js'
import { OrderPlaced } from './generated/shop/order-placed.js'

const folder = temporaryFolder()
const config = join(import.meta.dirname, '../../dist/cli/schema/avsc.config.js')
const types = (...parameters: readonly string[]) => ottla(['schema', 'types', ...parameters], { cwd: folder.path })

afterAll(() => folder.remove())

describe('ottla schema types', () => {
  it('writes the classes that are compiled and used here', async () => {
    const out = join(folder.path, 'generated')
    const ended = await ottla(['schema', 'types', 'avsc', '--out', out, '--command', 'shop.PlaceOrder.orderId'], { cwd: import.meta.dirname })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout.split('\n')).toContain(`${join(out, 'shop/order-placed.ts')} has shop.OrderPlaced.`)
    expect(filesIn(out)).toEqual(filesIn(join(import.meta.dirname, 'generated')))
  })

  it('makes classes whose messages are written and read, with their defaults', async () => {
    const [hash, receipt] = [Uint8Array.of(1, 2, 3, 4), new Receipt({ at: new Date(5) })]
    const replacement = new Receipt({ replaces: new CardPayment({ card: hash, paid: receipt }), at: new Date(6) })
    const order = new OrderPlaced({
      orderId: '0189d2d5-7f6a-7c31-8a5e-0123456789ab',
      lines: [new OrderLine({ productId: 'p', amount: '0.1', bundle: [new OrderLine({ productId: 'q', amount: '2' })] })],
      payment: new CardPayment({ card: hash, paid: replacement }),
      day: '2016-11-08',
      placedAt: 1_478_563_200_000_001n,
    })
    const read = await roundTrip(order)
    expect(read).toEqual(order)
    expect(read).toMatchObject({ status: 'OPEN', currency: 'EUR', points: 9_007_199_254_740_993n, tags: {}, note: 'none' })
    expect((read.payment as CardPayment).paid?.replaces?.paid).toBeInstanceOf(Receipt)
    const cash = await roundTrip(new OrderPlaced({ ...order, payment: new CashPayment({}), note: undefined }))
    expect(cash.payment).toEqual(new CashPayment({ given: '1.5' }))
    expect(cash.note).toBeUndefined()
  })

  it('makes a property of every type', async () => {
    const every = new EveryType({
      long: -(2n ** 63n),
      fixedId: '0189d2d5-7f6a-7c31-8a5e-0123456789ab',
      timeMillis: 86_399_999,
      timeMicros: 86_399_999_999,
      timestampNanos: 1n,
      localMillis: 2n,
      localMicros: 3n,
      localNanos: 4n,
      period: { months: 1, days: 2, milliseconds: 3 },
      points: { a: [new Point({ x: 0, y: 1 })] },
    })
    expect(await roundTrip(every)).toEqual(every)
    expect(every).toMatchObject({
      boolean: true,
      int: -1,
      float: 0.5,
      bytes: Uint8Array.of(255),
      string: "it's",
      whole: '1',
      either: 'x',
      point: { x: 1, y: -2.5 },
    })
  })

  const refused: readonly [string, string, string][] = [
    ['a text that is no JSON', '{"type": "record",', 'at its text, Expected double-quoted property name'],
    [
      'an unknown type',
      '{"type":"record","name":"shop.A","fields":[{"name":"b","type":{"type":"array","items":"B"}}]}',
      'at fields[0] (b).type.items, the type shop.B is in none of the files',
    ],
    ['a record without fields', '{"type":"record","name":"shop.A"}', 'at its top, the record "shop.A" has no fields'],
    [
      'a default of another type',
      '{"type":"record","name":"A","fields":[{"name":"b","type":"int","default":"x"}]}',
      'the default "x" of A.b does not fit its type',
    ],
    ['one name for two types', '[{"type":"fixed","name":"A","size":1},{"type":"fixed","name":"A","size":2}]', 'at [1], A is something else in'],
    ['what has no name', '{"type":"array","items":"string"}', 'at its top, a file holds a record, an enum or a fixed, or a list of them'],
    [
      'a type without a namespace inside one',
      '[{"type":"fixed","name":"A","size":1},{"type":"record","name":"shop.B","fields":[{"name":"a","type":"A"}]}]',
      'at shop.B, it uses A, which has no namespace',
    ],
    [
      'a union that TypeScript cannot tell apart',
      '{"type":"record","name":"A","fields":[{"name":"b","type":["int","double"]}]}',
      'at A, it has two branches in a union that are both a number',
    ],
  ]

  it.each(refused)('refuses %s, with file and place, and writes nothing', async (_, text, problem) => {
    writeFileSync(join(folder.path, 'broken.avsc'), text)
    const { code, stdout, stderr } = await types('broken.avsc', '--out', 'nothing')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('AVSC_INVALID: The schema file broken.avsc cannot be used: ')
    expect(stderr).toContain(problem)
    expect(readdirSync(folder.path)).not.toContain('nothing')
  })

  it.each(['types', 'export'])('%s refuses a folder that cannot be made', async command => {
    writeFileSync(join(folder.path, 'a-file'), '')
    for (const out of ['/proc/ottla', join(folder.path, 'a-file', 'below')]) {
      const parameters = command === 'types' ? ['avsc'] : ['--config', config]
      const { code, stdout, stderr } = await ottla(['schema', command, ...parameters, '--out', out], { cwd: import.meta.dirname })
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^SCHEMA_FILE_UNWRITABLE: The file .* cannot be written/)
    }
  })

  it('refuses files that are not there, folders without any, and a command without its field', async () => {
    mkdirSync(join(folder.path, 'empty'))
    expect(await types('gone.avsc')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^AVSC_MISSING: There is no schema file gone.avsc/) })
    expect(await types('empty')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^AVSC_MISSING/) })
    const avsc = join(import.meta.dirname, 'avsc')
    expect(await types(avsc, '--command', 'shop.PlaceOrder.id')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^USAGE_INVALID: There is no field shop.PlaceOrder.id/),
    })
  })

  it('says what of a schema the classes do not keep', async () => {
    writeFileSync(
      join(folder.path, 'more.avsc'),
      '{"type":"record","name":"A","fields":[{"name":"b","type":{"type":"string","avro.java.string":"String"},"order":"ignore"}]}',
    )
    const { stdout } = await types('more.avsc', '--out', 'more')
    expect(stdout).toBe('more/a.ts has A.\nNot kept, A.b: order.\nNot kept, A.b: avro.java.string.\n')
  })
})

describe('ottla schema export', () => {
  beforeAll(async () => {
    expect(await ottla(['schema', 'export', '--config', config], { cwd: folder.path })).toEqual({
      code: 0,
      stderr: '',
      stdout:
        'schemas/all.types.EveryType.avsc has all.types.EveryType.\nschemas/shop.OrderPlaced.avsc has shop.OrderPlaced.\nschemas/shop.PlaceOrder.avsc has shop.PlaceOrder.\n',
    })
  })

  it('gives the schema that the classes were made from', () => {
    const given = readFileSync(join(import.meta.dirname, 'avsc/every-type.avsc'), 'utf8')
    expect(canonicalSchema(exported('all.types.EveryType'))).toBe(canonicalSchema(given))
  })

  it('gives schemas that the same classes are made from', async () => {
    const out = join(folder.path, 'again')
    const { stderr } = await types('schemas', '--out', out, '--command', 'shop.PlaceOrder.orderId')
    expect(stderr).toBe('')
    expect(withoutHeads(filesIn(out))).toEqual(withoutHeads(filesIn(join(import.meta.dirname, 'generated'))))
  })

  it('gives the schema that the app registers', async () => {
    const registry = new EmbeddedRegistry(new Database(':memory:'), false)
    await new AvroCodec(registry).prepare('t', [messageDefinition(OrderPlaced as MessageClass)])
    const [version] = await registry.versions('t-shop.OrderPlaced')
    expect(canonicalSchema(exported('shop.OrderPlaced'))).toBe(version?.schema)
  })
})

const exported = (name: string) => readFileSync(join(folder.path, `schemas/${name}.avsc`), 'utf8')

async function roundTrip<T extends object>(message: T): Promise<T> {
  const codec = new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
  const definition = messageDefinition(message.constructor as MessageClass<T>)
  await codec.prepare('t', [definition])
  return codec.decode(definition, codec.encode('t', definition, message))
}

function filesIn(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  return Object.fromEntries(names.sort().map(name => [name, readFileSync(join(path, name), 'utf8')]))
}

/** The first line names the file with the schema. */
function withoutHeads(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.slice(text.indexOf('\n'))]))
}
