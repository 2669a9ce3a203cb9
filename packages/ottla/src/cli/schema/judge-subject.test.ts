import { event, type MessageDefinition, messageDefinition, t } from '@ottla/core'
import { type CompatibilityLevel, canonicalSchema } from '@ottla/eventstore'
import { describe, expect, test } from 'vitest'
import { reportText } from './check-report.js'
import { judgeSubject } from './judge-subject.js'
import type { SubjectReport } from './subject-report.js'

const message = messageDefinition(event('shop.Placed', { at: t.string })) as MessageDefinition
const subject = 'shop.events-shop.Placed'

type Type = string | object

const placed = (...types: readonly Type[]) =>
  canonicalSchema(JSON.stringify({ type: 'record', name: 'shop.Placed', fields: types.map((type, index) => ({ name: 'abcd'[index], type })) }))

/** What is said of a schema after these versions, each given by the types of its fields. */
function judge(
  schema: readonly Type[],
  versions: readonly (readonly Type[])[],
  level: CompatibilityLevel = 'BACKWARD_TRANSITIVE',
  kind: SubjectReport['kind'] = 'event',
) {
  return judgeSubject({ subject, topic: 'shop.events', message, schema: placed(...schema) }, kind, { level, versions: versions.map(types => placed(...types)) })
}

const text = (report: SubjectReport) => reportText([report]).split('\n').slice(0, -2)
const logical = (type: string, logicalType: string) => ({ type, logicalType })
const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale })
const removed = (types: readonly Type[]) => types.slice(0, -1)

describe('the status of a subject', () => {
  test('is new without versions, and unchanged where the schema is one of them, also an older one', () => {
    expect(judge(['int'], [])).toMatchObject({ status: 'new', level: 'BACKWARD_TRANSITIVE', versions: 0, changes: [], broken: [], warnings: [] })
    expect(judge(['int'], [['int']])).toMatchObject({ status: 'unchanged', versions: 1, changes: [], broken: [] })
    expect(judge(['long'], [['long'], ['int']])).toMatchObject({ status: 'unchanged', broken: [], changes: [{ path: 'a', what: 'int → long' }] })
  })

  test('is incompatible where code goes back to an older version that cannot read the newest events', () => {
    expect(judge(['int'], [['int'], ['long']])).toMatchObject({ status: 'incompatible', broken: [{ version: 2 }] })
    expect(judge(['int'], [['int'], ['long']], 'NONE', 'command')).toMatchObject({ status: 'unchanged', broken: [] })
  })

  test('is compatible or incompatible by the level in force', () => {
    const status = (level: CompatibilityLevel) => judge(['long'], [['int']], level, 'command').status
    expect(['BACKWARD', 'FORWARD', 'FULL', 'NONE'].map(level => status(level as CompatibilityLevel))).toEqual([
      'compatible',
      'incompatible',
      'incompatible',
      'compatible',
    ])
  })

  test('counts all versions where the level is transitive, and names each that is broken, the newest first', () => {
    const versions = [['string'], ['string', 'int'], ['string', 'int', 'int']]
    expect(text(judge(['int', 'int', 'int'], versions))).toEqual([
      'incompatible  shop.events-shop.Placed (BACKWARD_TRANSITIVE, 3 versions)',
      '  since version 3:',
      '    ~ a: string → int',
      '  BACKWARD_TRANSITIVE: the new code must read all old events',
      '    version 3: a is int in the new schema and string in version 3: these cannot be read as each other, so make a new field',
      '    version 2: a is int in the new schema and string in version 2: these cannot be read as each other, so make a new field',
      '    version 2: c has no default in the new schema, and version 2 does not have it: give the field a default, such as null',
      '    version 1: a is int in the new schema and string in version 1: these cannot be read as each other, so make a new field',
      '    version 1: b has no default in the new schema, and version 1 does not have it: give the field a default, such as null',
      '    version 1: c has no default in the new schema, and version 1 does not have it: give the field a default, such as null',
      "  deploy first: neither, for the new code and code of version 3 cannot read each other's events",
    ])
  })

  test.each([
    ['BACKWARD', 'BACKWARD: the new code must read the events of the newest version'],
    ['FORWARD', 'FORWARD: code of the newest version must read the new events'],
    ['FORWARD_TRANSITIVE', 'FORWARD_TRANSITIVE: code of every earlier version must read the new events'],
  ] as const)('tells the rule of %s in words', (level, rule) => {
    expect(judge(['boolean'], [['int']], level).broken.map(broken => broken.rule)).toEqual([rule])
  })

  test('tells both halves of FULL', () => {
    expect(judge(['boolean'], [['int']], 'FULL_TRANSITIVE').broken.map(({ rule, version }) => [rule, version])).toEqual([
      ['FULL_TRANSITIVE: the new code must read all old events', 1],
      ['FULL_TRANSITIVE: code of every earlier version must read the new events', 1],
    ])
  })

  test('is incompatible where the registry says so and Ottla finds nothing', () => {
    const verdict = { compatible: false, level: 'BACKWARD' as const, reasons: ['a rule of its own'] }
    const known = { level: 'BACKWARD' as const, versions: [placed('int')], verdict }
    expect(judgeSubject({ subject, topic: 'shop.events', message, schema: placed('long') }, 'event', known)).toMatchObject({
      status: 'incompatible',
      broken: [{ rule: 'the registry does not take it at the level BACKWARD', reasons: ['a rule of its own'] }],
    })
  })
})

describe('who is deployed first', () => {
  test.each([
    ['readers', ['long'], ['int'], 'readers, for code of version 1 cannot read the new events'],
    ['writers', ['int', 'int'], ['int'], 'writers, for the new code cannot read what code of version 1 writes'],
    ['either', ['string'], [logical('string', 'uuid')], 'readers or writers, in any order'],
    ['neither', ['string'], ['int'], "neither, for the new code and code of version 1 cannot read each other's events"],
  ] as const)('is %s', (_, schema, earlier, said) => {
    expect(text(judge(schema, [earlier], 'NONE', 'event')).at(-1)).toBe(`  deploy first: ${said}`)
  })

  test('counts what Ottla cannot read, too: Avro would let a text be read as a decimal', () => {
    expect(judge([decimal(10, 2)], [['string']]).deployFirst).toBe('writers')
    expect(judge(['string'], [[decimal(10, 2)]]).deployFirst).toBe('readers')
  })

  test('is nobody where nothing changes', () => {
    expect([judge(['int'], [['int']]).deployFirst, judge(['int'], []).deployFirst]).toEqual([undefined, undefined])
  })
})

describe('the table of changes in docs/guides/schema-evolution.md', () => {
  const record = (...fields: readonly object[]) => canonicalSchema(JSON.stringify({ type: 'record', name: 'shop.Placed', fields }))
  const field = (type: unknown, more: object = {}) => ({ name: 'a', type, ...more })
  const enumOf = (...symbols: readonly string[]) => ({ type: 'enum', name: 'E', symbols })
  const optional = field(['null', 'string'], { default: null })
  const changes: readonly (readonly [string, readonly object[], readonly object[], SubjectReport['deployFirst']])[] = [
    ['add an optional field', [], [optional], 'either'],
    ['add a field with a default', [], [field('string', { default: 'x' })], 'either'],
    ['remove an optional field', [optional], [], 'either'],
    ['add a field that must be there', [], [field('string')], 'writers'],
    ['remove a field that must be there', [field('string')], [], 'readers'],
    ['int to long', [field('int')], [field('long')], 'readers'],
    ['long to double', [field('long')], [field('double')], 'readers'],
    ['float to double', [field('float')], [field('double')], 'readers'],
    ['rename a field', [field('string')], [{ name: 'b', type: 'string', aliases: ['a'] }], 'readers'],
    ['add a symbol', [field(enumOf('X'))], [field(enumOf('X', 'Y'))], 'readers'],
    ['another type', [field('string')], [field('int')], 'neither'],
  ]
  test.each(changes)('%s', (_, before, after, order) => {
    const report = judgeSubject({ subject, topic: 'shop.events', message, schema: record(...after) }, 'event', {
      level: 'BACKWARD',
      versions: [record(...before)],
    })
    expect([report.deployFirst, report.status]).toEqual([order, order === 'either' || order === 'readers' ? 'compatible' : 'incompatible'])
  })
})

describe('what registries take and Ottla refuses', () => {
  test('is a change that the codec cannot read', () => {
    expect(judge([decimal(10, 2)], [['string']])).toMatchObject({
      status: 'incompatible',
      broken: [
        {
          rule: 'a registry accepts this by the rules of Avro, but Ottla cannot read such events',
          version: 1,
          reasons: [expect.stringContaining('a: string → decimal(10, 2) in bytes')],
        },
      ],
    })
  })

  test('is a decimal that is read as text', () => {
    expect(judge(['string'], [[decimal(10, 2)]])).toMatchObject({
      status: 'incompatible',
      broken: [{ rule: 'a registry accepts this by the rules of Avro, but the new code would take old events for something else', version: 1 }],
    })
  })

  test('is an event that cannot be read, at every level', () => {
    for (const level of ['NONE', 'FORWARD', 'FORWARD_TRANSITIVE'] as const) {
      expect(judge(['int', 'int'], [['int']], level)).toMatchObject({
        status: 'incompatible',
        broken: [
          {
            rule: 'Ottla reads every event that was ever written, whatever the level lets pass',
            version: 1,
            reasons: [expect.stringMatching(/^b has no default/)],
          },
        ],
      })
    }
  })

  test('but no command that its level lets pass: a warning', () => {
    expect(judge(['int', 'int'], [['int']], 'FORWARD', 'command')).toMatchObject({
      status: 'compatible',
      broken: [],
      warnings: [expect.stringMatching(/^version 1 cannot be read with this schema: b has no default/)],
    })
  })

  test('but nothing that was broken before this change: a warning', () => {
    expect(judge(['boolean', 'int'].slice(0, 1), [['int'], ['boolean']], 'BACKWARD')).toMatchObject({
      status: 'unchanged',
      warnings: [expect.stringContaining('version 1')],
    })
    expect(judge(removed(['long', 'int']), [['boolean'], ['int']], 'BACKWARD')).toMatchObject({
      status: 'compatible',
      broken: [],
      warnings: [expect.stringContaining('version 1')],
    })
  })
})

describe('warnings', () => {
  test('tell where the same bytes may mean something else', () => {
    expect(judge([decimal(12, 4)], [[decimal(10, 2)]])).toMatchObject({ status: 'compatible', warnings: [expect.stringContaining('off by powers of ten')] })
    expect(judge([logical('string', 'uuid')], [['string']])).toMatchObject({ status: 'compatible', warnings: [expect.stringContaining('no UUID is refused')] })
  })

  test('tell that NONE takes everything, once there is something to compare', () => {
    expect(judge(['int'], [['int']], 'NONE').warnings).toEqual([expect.stringMatching(/^at the level NONE a registry takes every schema/)])
    expect(judge(['int'], [], 'NONE').warnings).toEqual([])
  })
})
