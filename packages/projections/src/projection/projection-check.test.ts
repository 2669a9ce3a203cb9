import { command, event, type OttlaError, t } from '@ottla/core'
import { describe, expect, it } from 'vitest'
import { on, projection } from './plain-projection.js'
import { checkProjection } from './projection-check.js'
import type { ProjectionDefinition } from './projection-definition.js'

const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string })
const PlaceOrder = command('shop.PlaceOrder', 'orderId', { orderId: t.string })
const schema = 'create table orders (id text primary key)'
const right = projection({ name: 'order-summary', schema, on: [on(OrderPlaced, () => {})] })

const problemOf = (definition: ProjectionDefinition): string => {
  try {
    checkProjection(definition)
  } catch (error) {
    expect((error as OttlaError).code).toBe('MODEL_INVALID')
    return (error as OttlaError).message
  }
  return ''
}

it('lets a right projection through', () => expect(problemOf(right)).toBe(''))

describe('refuses', () => {
  it.each<[string, Partial<ProjectionDefinition>, RegExp]>([
    ['a name that leads out of the folder', { name: '../orders' }, /name of a file/],
    ['a name that looks like a file aside', { name: 'orders.rebuild-1' }, /name of a file/],
    ['a version that is no whole number from 1 on', { version: 0 }, /version 0/],
    ['a projection without handlers', { handlers: [] }, /handles no event/],
    [
      'a command in place of an event',
      { handlers: [on(PlaceOrder, () => {})].map(h => ({ ...h, member: 'Orders.placed' })) as never },
      /Orders\.placed.*is no event/,
    ],
    ['a class that is no message', { handlers: [on(Date, () => {})].map(h => ({ ...h, member: 'Orders.dated' })) as never }, /Date, which is no event/],
    ['two handlers of one event', { handlers: [...right.handlers, ...right.handlers] }, /handles shop\.OrderPlaced, which .* handles too/],
    ['SQL that SQLite does not understand', { schema: 'creat table orders (id)' }, /refused by SQLite \(near "creat"/],
    ['a schema without a table', { schema: '-- nothing' }, /creates no table/],
    ['a schema that ends its transaction', { schema: `${schema}; commit` }, /ends the transaction/],
    ["a table named as Ottla's", { schema: `${schema}; create table ottla_orders (id)` }, /ottla_/],
    [
      'a foreign key that is checked after many events',
      { schema: `${schema}; create table l (o text references orders deferrable INITIALLY DEFERRED)` },
      /foreign key/,
    ],
  ])('%s', (_, change, problem) => expect(problemOf({ ...right, ...change })).toMatch(problem))
})
