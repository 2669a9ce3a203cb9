import { event, type MessageClass, messageDefinition, t, value } from '@ottla/core'
import { expect, test } from 'vitest'
import { withValues } from './aggregate-participant.js'

const valueNamed = (name: string) => value(`shop.${name}`, { id: t.string })

test('the values of messages are found in everything that holds them, so that states may hold them', () => {
  const Nested = value('shop.Nested', { branch: t.union(t.string, valueNamed('Branch')) })
  const Later = valueNamed('Later')
  const All = event('shop.All', {
    plain: valueNamed('Plain'),
    list: t.array(valueNamed('Listed')),
    map: t.map(valueNamed('Mapped')),
    optional: t.optional(valueNamed('Optional')),
    nested: t.optional(t.union(Nested, t.long)),
    later: t.later(() => Later),
  })
  const found = withValues([messageDefinition(All as MessageClass)]).map(({ class: { name } }) => name)
  expect(found.sort()).toEqual(['All', 'Branch', 'Later', 'Listed', 'Mapped', 'Nested', 'Optional', 'Plain'])
})
