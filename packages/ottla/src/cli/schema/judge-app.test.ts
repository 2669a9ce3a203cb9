import { aggregate, apply, event, type MessageClass, t } from '@ottla/core'
import { type RegisteredSchema, type RegistryVerdict, verdictOn } from '@ottla/eventstore'
import { embedded } from '@ottla/eventstore/embedded'
import { expect, test } from 'vitest'
import { codeSchemas } from './code-schemas.js'
import { judgeApp } from './judge-app.js'
import type { SchemaHistory } from './schema-history.js'

/** What is said of an app with these events, by subject; Ottla's own records and what is unchanged are left out. */
async function judge(events: readonly MessageClass[], history: SchemaHistory): Promise<readonly string[]> {
  const shop = aggregate({ name: 'order', initialState: () => ({}), decide: [], evolve: events.map(each => apply(each, () => {})) })
  const reports = await judgeApp(codeSchemas({ name: 'shop', modules: [shop], log: embedded('nowhere'), file: 'x' }), history)
  return reports.flatMap(({ subject, status, broken }) => (subject.includes('ottla.') ? [] : `${status} ${subject}${broken.length > 0 ? ' refused' : ''}`))
}

/** A registry with one version of each of these subjects. */
function historyOf(schemas: Readonly<Record<string, object | string>>, verdict?: (subject: string) => RegistryVerdict): SchemaHistory {
  const versions = async (subject: string): Promise<readonly RegisteredSchema[]> => {
    const schema = schemas[subject]
    return schema === undefined ? [] : [{ id: 1, schema: JSON.stringify(schema) }]
  }
  return {
    versions,
    subjects: async () => Object.keys(schemas),
    compatibility: async () => 'BACKWARD',
    check: async (subject, schema) => verdict?.(subject) ?? verdictOn(schema, 'BACKWARD', await versions(subject)),
  }
}

const record = (name: string) => ({ name, type: 'record', fields: [{ name: 'id', type: 'string' }] })
const A = event('shop.A', { id: t.string })

test('tells all subjects in the order of their names, also those that are gone', async () => {
  const history = historyOf({ 'shop.events-shop.Z': record('shop.Z'), 'shop.events-shop.B': record('shop.B'), 'shop.commands-shop.C': record('shop.C') })
  expect(await judge([event('shop.M', { id: t.string }), event('shop.B', { id: t.string })], history)).toEqual([
    'removed shop.commands-shop.C',
    'unchanged shop.events-shop.B',
    'new shop.events-shop.M',
    'removed shop.events-shop.Z refused',
  ])
})

test('leaves alone what belongs to somebody else: other topics, other apps, other naming of subjects, other formats of names', async () => {
  const history = historyOf({
    'other.events-shop.X': record('shop.X'),
    'shop.events-2.events-shop.X': record('shop.X'),
    'shop.events-value': record('shop.X'),
    'shop.events-key': 'string',
    'shop.X': record('shop.X'),
    'shop.outcomes-shop.X': record('shop.X'),
  })
  expect(await judge([A], history)).toEqual(['new shop.events-shop.A'])
})

test('asks for the registry’s own verdict where a schema is new to a subject, and takes its refusal', async () => {
  const asked: string[] = []
  const verdict = (subject: string): RegistryVerdict => {
    asked.push(subject)
    return { compatible: false, level: 'BACKWARD', reasons: ['no'] }
  }
  const wider = event('shop.A', { id: t.string, more: t.optional(t.string) })
  const schemas = { 'shop.events-shop.A': record('shop.A'), 'shop.events-shop.B': record('shop.B') }
  const told = await judge([wider, event('shop.B', { id: t.string }), event('shop.N', { id: t.string })], historyOf(schemas, verdict))
  expect(told).toEqual(['incompatible shop.events-shop.A refused', 'unchanged shop.events-shop.B', 'new shop.events-shop.N'])
  expect(asked).toEqual(['shop.events-shop.A'])
})

test('an alias counts for its own topic: an event does not stand in for a command', async () => {
  const Now = event('shop.Now', { id: t.string }, { aliases: ['shop.Then'] })
  expect(await judge([Now], historyOf({ 'shop.events-shop.Then': record('shop.Then') }))).toEqual(['new shop.events-shop.Now', 'renamed shop.events-shop.Then'])
  expect(await judge([Now], historyOf({ 'shop.commands-shop.Then': record('shop.Then') }))).toEqual([
    'removed shop.commands-shop.Then',
    'new shop.events-shop.Now',
  ])
})
