import { describe, expect, test } from 'vitest'
import { type FieldType, t } from './field-type.js'
import { Message, type MessageClass } from './message.js'
import { Field, Value } from './message-decorators.js'
import { messageDefinition } from './message-definition.js'
import { command, event, value } from './plain-messages.js'
import { findProblems, validateMessage } from './validation.js'

const definitionOf = (type: FieldType) => messageDefinition(event('shop.A', { field: type }) as MessageClass)
const problemsOf = (type: FieldType, given: unknown) => findProblems(definitionOf(type), { field: given }).map(({ path, problem }) => `${path} ${problem}`)

const fitting: readonly [string, FieldType, unknown[]][] = [
  ['string', t.string, ['', 'a', 'é😀\u0000']],
  ['boolean', t.boolean, [true, false]],
  ['int', t.int, [0, -0, 2 ** 31 - 1, -(2 ** 31)]],
  ['long', t.long, [0n, 2n ** 63n - 1n, -(2n ** 63n)]],
  ['float', t.float, [0, 0.1, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY]],
  ['double', t.double, [0, 1e308, Number.NaN, Number.NEGATIVE_INFINITY]],
  ['bytes', t.bytes, [new Uint8Array(), Buffer.from('a')]],
  ['uuid', t.uuid, ['0189d2d5-7f6a-7c31-8a5e-0123456789ab', '0189D2D5-7F6A-7C31-8A5E-0123456789AB']],
  ['timestamp', t.timestamp, [new Date(0), new Date(8.64e15)]],
  ['decimal', t.decimal(4, 2), ['0', '12', '-12.3', '99.99', '0.00', '-0', '0012.5']],
  ['decimal without a point', t.decimal(3), ['0', '999', '-999']],
  ['decimal that is all fraction', t.decimal(2, 2), ['0', '0.99', '-0.01']],
  ['enum', t.enum('S', ['open', 'closed']), ['open', 'closed']],
  ['array', t.array(t.int), [[], [1, 2]]],
  ['map', t.map(t.int), [{}, { a: 1, '': 2, __proto__: null }, Object.create(null)]],
  ['optional', t.optional(t.int), [undefined, null, 1]],
  ['record', t.record(value('shop.V', { a: t.int })), [{ a: 1 }]],
  ['null', t.null, [undefined, null]],
  ['fixed', t.fixed('F', 2), [new Uint8Array(2), Buffer.from('ab')]],
  ['date', t.date, ['2016-02-29', '0000-01-01', '+10000-01-01', '-0044-03-15']],
  ['time of day', t.timeMillis, [0, 86_399_999]],
  ['time of day in microseconds', t.timeMicros, [0, 86_399_999_999]],
  ['time in microseconds', t.timestampMicros, [0n, -(2n ** 63n)]],
  ['duration', t.duration('D'), [{ months: 0, days: 1, milliseconds: 2 ** 32 - 1 }]],
]

describe('a value that fits', () => {
  test.each(fitting)('its %s has no problem', (_, type, values) => {
    for (const each of values) expect(problemsOf(type, each)).toEqual([])
  })
})

const unfit: readonly [string, FieldType, [unknown, string][]][] = [
  [
    'string',
    t.string,
    [
      [7, 'is number 7, expected a string'],
      ['\ud83d', 'is the string "\\ud83d", expected a string'],
      [null, 'is null, expected a string'],
    ],
  ],
  [
    'boolean',
    t.boolean,
    [
      ['true', 'is the string "true", expected a boolean'],
      [1, 'is number 1, expected a boolean'],
    ],
  ],
  [
    'int',
    t.int,
    [
      [1.5, 'is number 1.5, expected a whole number of 32 bits'],
      [2 ** 31, 'is number 2147483648, expected'],
      [1n, 'is bigint 1, expected'],
      [Number.NaN, 'is number NaN'],
    ],
  ],
  [
    'long',
    t.long,
    [
      [1, 'is number 1, expected a bigint of 64 bits'],
      [2n ** 63n, 'is bigint 9223372036854775808, expected'],
    ],
  ],
  [
    'float',
    t.float,
    [
      ['1', 'expected a number of 32 bits'],
      [1e39, 'is number 1e+39, expected a number of 32 bits'],
    ],
  ],
  [
    'double',
    t.double,
    [
      ['1', 'expected a number'],
      [1n, 'expected a number'],
    ],
  ],
  [
    'bytes',
    t.bytes,
    [
      ['ab', 'expected bytes (a Uint8Array)'],
      [[1], 'is an array, expected bytes'],
      [new Uint16Array(1), 'is an object of Uint16Array'],
    ],
  ],
  [
    'uuid',
    t.uuid,
    [
      ['0189d2d57f6a7c318a5e0123456789ab', 'expected a UUID'],
      [' 0189d2d5-7f6a-7c31-8a5e-0123456789ab', 'expected a UUID'],
    ],
  ],
  [
    'timestamp',
    t.timestamp,
    [
      [0, 'is number 0, expected a valid Date'],
      [new Date(Number.NaN), 'is an object of Date, expected a valid Date'],
    ],
  ],
  [
    'decimal',
    t.decimal(4, 2),
    ['100', '1.005', '1.', '.5', '+1', '1e1', '', ' 1', '1\n', '--1', 'NaN', 'Infinity', '0x1'].map(text => [
      text,
      `is the string ${JSON.stringify(text)}, expected a decimal string of at most 4 digits, 2 behind the point`,
    ]),
  ],
  ['decimal that is a number', t.decimal(4, 2), [[1.5, 'is number 1.5, expected a decimal string']]],
  [
    'enum',
    t.enum('S', ['open', 'closed']),
    [
      ['Open', 'is the string "Open", expected one of open, closed'],
      ['constructor', 'expected one of open, closed'],
    ],
  ],
  [
    'array',
    t.array(t.int),
    [
      [{ length: 1 }, 'is an object of Object, expected an array'],
      ['ab', 'expected an array'],
    ],
  ],
  [
    'map',
    t.map(t.int),
    [
      [new Map(), 'is an object of Map, expected a plain object'],
      [[], 'is an array, expected a plain object'],
      [new Date(), 'is an object of Date'],
    ],
  ],
  [
    'record',
    t.record(value('shop.V', { a: t.int })),
    [
      [[], 'is an array, expected a shop.V'],
      [1, 'is number 1, expected a shop.V'],
    ],
  ],
]

describe('a value that does not fit', () => {
  test.each(unfit)('its %s is named with its path, what it is and what was expected', (_, type, cases) => {
    for (const [given, problem] of cases) {
      const [found, ...more] = problemsOf(type, given)
      expect(found).toContain(`field ${problem.startsWith('is') ? '' : 'is '}`)
      expect(found).toContain(problem)
      expect(more).toEqual([])
    }
  })

  test.each(fitting.filter(([, { kind }]) => kind !== 'optional' && kind !== 'null'))('its %s is missing when it is undefined', (_, type) => {
    expect(problemsOf(type, undefined)).toEqual([expect.stringMatching(/^field is missing \(expected .*\)$/)])
  })

  test('that is long is cut short in the error', () => {
    expect(problemsOf(t.int, 'x'.repeat(1000))).toEqual([`field is the string "${'x'.repeat(40)}…", expected a whole number of 32 bits`])
  })
})

describe('the path', () => {
  const Line = value('shop.Line', { productId: t.string, prices: t.map(t.array(t.decimal(4, 2))) })
  const Order = event('shop.Order', { orderId: t.string, lines: t.array(Line), note: t.optional(t.string) })
  const definition = messageDefinition(Order) as ReturnType<typeof messageDefinition>

  test('leads through records, arrays and maps, and every problem is named at once', () => {
    const order = { orderId: 1, lines: [{ productId: 'p', prices: {} }, { prices: { eur: ['1', 'x'] } }], note: 2 }
    expect(() => validateMessage(definition, order)).toThrow(
      'MESSAGE_INVALID: shop.Order does not fit its definition: orderId is number 1, expected a string; lines[1].productId is missing (expected a string); ' +
        'lines[1].prices.eur[1] is the string "x", expected a decimal string of at most 4 digits, 2 behind the point; note is number 2, expected a string. ' +
        'Give every field of the class a value of its declared type and no other field.',
    )
  })

  test('is in the details of the error for programs', () => {
    let error: unknown
    try {
      validateMessage(definition, { orderId: 'o', lines: [7] })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({
      code: 'MESSAGE_INVALID',
      retriable: false,
      details: { message: 'shop.Order', fields: [{ path: 'lines[0]', problem: 'is number 7, expected a shop.Line' }] },
    })
  })

  test('names unknown fields wherever they are', () => {
    const order = { orderId: 'o', lines: [{ productId: 'p', prices: {}, colour: 'red' }], total: undefined }
    expect(findProblems(definition, order)).toEqual([
      { path: 'lines[0].colour', problem: 'is no field of shop.Line' },
      { path: 'total', problem: 'is no field of shop.Order' },
    ])
  })

  test('is the message itself where there is none', () => {
    for (const none of [undefined, null, 7, 'text', []]) expect(() => validateMessage(definition, none)).toThrow(/does not fit its definition: the message is/)
  })

  test('names a key that is no text', () => {
    expect(problemsOf(t.map(t.int), { '\ud83d': 1 })).toEqual(['field.\ud83d has a key that is no well-formed Unicode'])
  })
})

describe('a message', () => {
  test('may be an instance of its class, of another one with the same fields, or a plain object', () => {
    const PlaceOrder = command('shop.PlaceOrder', 'orderId', { orderId: t.string })
    const definition = messageDefinition(PlaceOrder)
    class Other {
      orderId = 'o'
      ship(): void {}
    }
    for (const message of [new PlaceOrder({ orderId: 'o' }), new Other(), { orderId: 'o' }]) expect(findProblems(definition, message)).toEqual([])
  })

  test('may have more on its prototype', () => {
    const { prototype } = function Old() {} as unknown as { prototype: Record<string, unknown> }
    prototype.inherited = 1
    expect(findProblems(definitionOf(t.int), Object.assign(Object.create(prototype), { field: 1 }))).toEqual([])
  })

  test('that holds itself or is nested too deep is refused', () => {
    @Value('shop.Node')
    class Node extends Message<Node> {
      @Field(t.optional(Node)) next?: Node
    }
    const definition = messageDefinition(Node)
    const chain = (length: number): Node => Array.from({ length }).reduce<Node>(next => new Node({ next }), new Node({}))
    const circle = new Node({})
    circle.next = circle
    expect(findProblems(definition, chain(150))).toEqual([])
    for (const endless of [circle, chain(100_000)])
      expect(findProblems(definition, endless)).toMatchObject([{ problem: 'is nested deeper than 200 levels, or holds itself' }])
  })
})
