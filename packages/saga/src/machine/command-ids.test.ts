import { expect, it } from 'vitest'
import { commandIds } from './command-ids.js'

const id = commandIds.first('fulfil-order', 'tenant/7#1', 'reserve', 0)

it('makes ids of the place of the command', () => {
  expect(id).toBe('fulfil-order/tenant/7#1/reserve/0')
})

it('numbers attempts from the first id, whichever attempt was before', () => {
  expect(commandIds.attempt(id, 2)).toBe(`${id}#2`)
  expect(commandIds.attempt(`${id}#2`, 3)).toBe(`${id}#3`)
})

it('gives the compensation of a command one id, whichever attempt was accepted', () => {
  expect(commandIds.compensation(`${id}#3`, 0)).toBe(`${id}/compensate`)
  expect(commandIds.compensation(id, 1)).toBe(`${id}/compensate-1`)
  expect(commandIds.attempt(commandIds.compensation(id, 1), 2)).toBe(`${id}/compensate-1#2`)
})
