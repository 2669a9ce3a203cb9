import { describe, expect, test } from 'vitest'
import { recordOf, servedRegistry } from './served-registry.fixture.js'

const first = recordOf('shop.A', 'id')
const second = recordOf('shop.A', 'id', '?note')

async function withTwoVersions() {
  const registry = await servedRegistry()
  await registry.register('a', first)
  await registry.register('a', second)
  return registry
}

describe('deleting a version', () => {
  test('takes it out of sight, and shows it to those who ask for deleted ones', async () => {
    const { given, refusal } = await withTwoVersions()
    expect(await given('DELETE', '/subjects/a/versions/1')).toBe(1)
    expect(await given('GET', '/subjects/a/versions')).toEqual([2])
    expect(await refusal('GET', '/subjects/a/versions/1')).toEqual([404, 40_402])
    expect(await refusal('POST', '/subjects/a', { schema: first })).toEqual([404, 40_403])
    expect(await given('GET', '/subjects/a/versions?deleted=true')).toEqual([1, 2])
    expect(await given('GET', '/subjects/a/versions?deletedOnly=true')).toEqual([1])
    expect(await given('GET', '/subjects/a/versions/1?deleted=true')).toMatchObject({ id: 1, deleted: true })
    expect(await given('POST', '/subjects/a?deleted=true', { schema: first })).toMatchObject({ version: 1 })
  })

  test('makes the one before it the latest', async () => {
    const { given, store } = await withTwoVersions()
    expect(await given('DELETE', '/subjects/a/versions/latest')).toBe(2)
    expect(await given('GET', '/subjects/a/versions/latest')).toMatchObject({ version: 1 })
    expect(await given('GET', '/subjects/a/versions/latest?deleted=true')).toMatchObject({ version: 1 })
    expect((await store.versions('a')).map(({ deleted }) => deleted)).toEqual([false, true])
  })

  test('of an unknown one, of no version and of one that is deleted is refused', async () => {
    const { given, refusal } = await withTwoVersions()
    await given('DELETE', '/subjects/a/versions/1')
    expect(await refusal('DELETE', '/subjects/a/versions/1')).toEqual([404, 40_406])
    expect(await refusal('DELETE', '/subjects/a/versions/3')).toEqual([404, 40_402])
    expect(await refusal('DELETE', '/subjects/b/versions/1')).toEqual([404, 40_401])
    expect(await refusal('DELETE', '/subjects/a/versions/x')).toEqual([422, 42_202])
  })

  test('for good is possible only after that', async () => {
    const { given, refusal } = await withTwoVersions()
    expect(await refusal('DELETE', '/subjects/a/versions/1?permanent=true')).toEqual([404, 40_407])
    await given('DELETE', '/subjects/a/versions/1')
    expect(await given('DELETE', '/subjects/a/versions/1?permanent=true')).toBe(1)
    expect(await given('GET', '/subjects/a/versions?deleted=true')).toEqual([2])
    expect(await refusal('DELETE', '/subjects/a/versions/1?permanent=true')).toEqual([404, 40_402])
  })

  test('makes room for what it forbade', async () => {
    const { given, register, refusal } = await withTwoVersions()
    const next = recordOf('shop.A', 'id', 'must')
    expect(await refusal('POST', '/subjects/a/versions', { schema: next })).toEqual([409, 409])
    for (const version of [1, 2]) await given('DELETE', `/subjects/a/versions/${version}`)
    await register('a', next)
    expect(await given('GET', '/subjects/a/versions')).toEqual([3])
  })

  test('is undone by registering the schema again, as a new version with the old id', async () => {
    const { given, register } = await withTwoVersions()
    await given('DELETE', '/subjects/a/versions/1')
    expect(await register('a', first)).toBe(1)
    expect(await given('GET', '/subjects/a/versions?deleted=true')).toEqual([2, 3])
    expect(await given('GET', '/subjects/a/versions/3')).toMatchObject({ id: 1, schema: first })
  })
})

describe('deleting a subject', () => {
  test('takes all its versions out of sight and gives their numbers', async () => {
    const { given, refusal, store } = await withTwoVersions()
    await given('DELETE', '/subjects/a/versions/1')
    expect(await given('DELETE', '/subjects/a')).toEqual([2])
    expect(await given('GET', '/subjects')).toEqual([])
    expect(await given('GET', '/subjects?deleted=true')).toEqual(['a'])
    expect(await given('GET', '/subjects?deletedOnly=true')).toEqual(['a'])
    expect(await refusal('GET', '/subjects/a/versions')).toEqual([404, 40_401])
    expect(await refusal('GET', '/subjects/a/versions/latest')).toEqual([404, 40_401])
    expect(await store.versions('a')).toHaveLength(2)
  })

  test('is refused for an unknown one, for one that is deleted, and for good before that', async () => {
    const { given, refusal } = await withTwoVersions()
    expect(await refusal('DELETE', '/subjects/b')).toEqual([404, 40_401])
    expect(await refusal('DELETE', '/subjects/a?permanent=true')).toEqual([404, 40_405])
    await given('DELETE', '/subjects/a')
    expect(await refusal('DELETE', '/subjects/a')).toEqual([404, 40_404])
  })

  test('for good forgets its level, and keeps the schemas by their ids for ever', async () => {
    const { given, refusal, register } = await withTwoVersions()
    await given('PUT', '/config/a', { compatibility: 'FULL' })
    await given('DELETE', '/subjects/a')
    expect(await given('GET', '/config/a')).toEqual({ compatibilityLevel: 'FULL' })
    expect(await given('DELETE', '/subjects/a?permanent=true')).toEqual([1, 2])
    expect(await refusal('GET', '/config/a')).toEqual([404, 40_408])
    expect(await given('GET', '/subjects?deleted=true')).toEqual([])
    expect(await given('GET', '/schemas/ids/1')).toEqual({ schema: first })
    expect([await register('b', recordOf('shop.New')), await register('a', second)]).toEqual([3, 2])
  })
})
