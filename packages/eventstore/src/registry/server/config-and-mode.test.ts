import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { EmbeddedRegistry } from '../../embedded/embedded-registry.js'
import { compatibilityLevels } from '../compatibility-level.js'
import { recordOf, servedRegistry } from './served-registry.fixture.js'

describe('the level', () => {
  test('is BACKWARD_TRANSITIVE for all until somebody sets it', async () => {
    const { given } = await servedRegistry()
    expect(await given('GET', '/config')).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' })
    for (const level of compatibilityLevels) {
      expect(await given('PUT', '/config', { compatibility: level })).toEqual({ compatibility: level })
      expect(await given('GET', '/config')).toEqual({ compatibilityLevel: level })
    }
    expect(await given('DELETE', '/config')).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' })
    expect(await given('GET', '/config')).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' })
  })

  test('of a subject is its own, or 40408, or on demand that of all', async () => {
    const { given, refusal } = await servedRegistry()
    expect(await refusal('GET', '/config/a')).toEqual([404, 40_408])
    expect(await given('GET', '/config/a?defaultToGlobal=true')).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' })
    expect(await given('PUT', '/config/a', { compatibility: 'forward' })).toEqual({ compatibility: 'FORWARD' })
    expect(await given('GET', '/config/a')).toEqual({ compatibilityLevel: 'FORWARD' })
    expect(await refusal('GET', '/config/b')).toEqual([404, 40_408])
    expect(await given('DELETE', '/config/a')).toEqual({ compatibilityLevel: 'FORWARD' })
    expect(await refusal('DELETE', '/config/a')).toEqual([404, 40_401])
    expect(await refusal('GET', '/config/a')).toEqual([404, 40_408])
  })

  test('of all holds where a subject has none', async () => {
    const { given, register, refusal } = await servedRegistry()
    await register('a', recordOf('shop.A', 'id'))
    await given('PUT', '/config', { compatibility: 'NONE' })
    await register('a', '"int"')
    await given('PUT', '/config/a', { compatibility: 'BACKWARD' })
    expect(await refusal('POST', '/subjects/a/versions', { schema: '"string"' })).toEqual([409, 409])
  })

  test.each([{ compatibility: 'SIDEWARD' }, { compatibility: 7 }, {}])('%j is 42203 and changes nothing', async body => {
    const { given, refusal } = await servedRegistry()
    expect(await refusal('PUT', '/config', body)).toEqual([422, 42_203])
    expect(await refusal('PUT', '/config/a', body)).toEqual([422, 42_203])
    expect(await given('GET', '/config')).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' })
    expect(await refusal('GET', '/config/a')).toEqual([404, 40_408])
  })

  test('what else the original keeps beside the level is refused', async () => {
    const { refusal } = await servedRegistry()
    expect(await refusal('PUT', '/config', { compatibility: 'FULL', alias: 'b' })).toEqual([422, 422])
  })
})

describe('the mode', () => {
  test('is READWRITE, and cannot become another', async () => {
    const { given, refusal } = await servedRegistry()
    expect(await given('GET', '/mode')).toEqual({ mode: 'READWRITE' })
    expect(await given('PUT', '/mode', { mode: 'READWRITE' })).toEqual({ mode: 'READWRITE' })
    expect(await given('PUT', '/mode/a', { mode: 'readwrite' })).toEqual({ mode: 'READWRITE' })
    for (const mode of ['READONLY', 'IMPORT', 'FORWARD']) expect(await refusal('PUT', '/mode', { mode })).toEqual([422, 42_205])
    expect(await refusal('PUT', '/mode', { mode: 'ASLEEP' })).toEqual([422, 42_204])
    expect(await refusal('GET', '/mode/a')).toEqual([404, 40_409])
    expect(await given('GET', '/mode/a?defaultToGlobal=true')).toEqual({ mode: 'READWRITE' })
    expect(await refusal('DELETE', '/mode/a')).toEqual([404, 40_401])
  })

  test('is READONLY beside another process: what is there is given, and every change is 42205', async () => {
    const database = new Database(':memory:')
    const schema = recordOf('shop.A', 'id')
    await new EmbeddedRegistry(database, false).register('a', schema)
    const { given, refusal, register } = await servedRegistry(new EmbeddedRegistry(database, true).store())
    expect(await given('GET', '/mode')).toEqual({ mode: 'READONLY' })
    expect(await given('GET', '/schemas/ids/1')).toEqual({ schema })
    expect(await register('a', schema)).toBe(1)
    expect(await refusal('POST', '/subjects/b/versions', { schema })).toEqual([422, 42_205])
    expect(await refusal('DELETE', '/subjects/a')).toEqual([422, 42_205])
    expect(await refusal('DELETE', '/subjects/a/versions/1')).toEqual([422, 42_205])
    expect(await refusal('PUT', '/config', { compatibility: 'FULL' })).toEqual([422, 42_205])
    expect(await refusal('PUT', '/config/a', { compatibility: 'FULL' })).toEqual([422, 42_205])
    expect(await given('GET', '/subjects')).toEqual(['a'])
  })
})
