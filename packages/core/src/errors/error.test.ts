import { describe, expect, test } from 'vitest'
import { coreErrors } from './core-errors.js'
import { defineErrors, isOttlaError, OttlaError } from './error.js'

const errors = defineErrors({
  SHELF_EMPTY: { what: 'Shelf {shelf} has no {product}.', todo: 'Fill {shelf}.' },
  SHELF_BUSY: { what: 'Shelf {shelf} is busy, {detail}.', todo: 'Use createApp({ name, modules }).', retriable: true },
})

describe('an error', () => {
  test('says its code, what happened with which values, and what to do', () => {
    expect(errors.create('SHELF_EMPTY', { shelf: 's-1', product: 'tea' }).message).toBe('SHELF_EMPTY: Shelf s-1 has no tea. Fill s-1.')
  })

  test('has code, details, cause and whether to retry as fields', () => {
    const cause = new Error('why')
    const error = errors.create('SHELF_EMPTY', { shelf: 's-1', product: 'tea', more: 1 }, { cause })
    expect(error).toBeInstanceOf(OttlaError)
    expect(error).toMatchObject({ name: 'OttlaError', code: 'SHELF_EMPTY', retriable: false, details: { shelf: 's-1', product: 'tea', more: 1 }, cause })
    expect(errors.create('SHELF_BUSY', { shelf: 's-1', detail: 1 }).retriable).toBe(true)
  })

  test('shows values of every kind, and leaves braces with blanks alone', () => {
    const shown = (detail: unknown) => errors.create('SHELF_BUSY', { shelf: 1n, detail }).message
    expect(shown({ count: 5n, list: [1] })).toBe('SHELF_BUSY: Shelf 1 is busy, {"count":"5","list":[1]}. Use createApp({ name, modules }).')
    expect(shown(new Error('inner'))).toContain('is busy, inner.')
    expect(shown(undefined)).toContain('is busy, undefined.')
    expect(shown('{shelf}')).toContain('is busy, {shelf}.')
  })

  test('is recognised by its code, also when it comes from another copy of the package', () => {
    const error = errors.create('SHELF_EMPTY', { shelf: 1, product: 2 })
    const foreign = Object.assign(new Error('x'), { name: 'OttlaError', code: 'SHELF_EMPTY' })
    expect([
      isOttlaError(error),
      isOttlaError(error, 'SHELF_EMPTY'),
      isOttlaError(error, 'OTHER', 'SHELF_EMPTY'),
      isOttlaError(foreign, 'SHELF_EMPTY'),
    ]).toEqual([true, true, true, true])
    expect([isOttlaError(error, 'OTHER'), isOttlaError(new Error('x')), isOttlaError({ name: 'OttlaError', code: 'A' }), isOttlaError(undefined)]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})

test('every code of core is upper case, and its texts end as sentences do', () => {
  for (const [code, { what, todo }] of Object.entries(coreErrors.specs)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect(what).toMatch(/\.$/)
    expect(todo).toMatch(/(\.|\{cure\})$/)
  }
})
