import { expect, test } from 'vitest'
import { recordOf, servedRegistry } from './served-registry.fixture.js'

const first = recordOf('shop.A', 'id')
const second = recordOf('shop.A', 'id', '?must')
const third = recordOf('shop.A', 'id', 'must')

async function withTwoVersions() {
  const registry = await servedRegistry()
  await registry.register('a', first)
  await registry.register('a', second)
  return registry
}

test('a schema is judged against all versions, or against one of them', async () => {
  const { given } = await withTwoVersions()
  const path = '/compatibility/subjects/a/versions'
  expect(await given('POST', path, { schema: third })).toEqual({ is_compatible: false })
  expect(await given('POST', `${path}/1`, { schema: third })).toEqual({ is_compatible: false })
  expect(await given('POST', `${path}/2`, { schema: third })).toEqual({ is_compatible: true })
  expect(await given('POST', `${path}/latest`, { schema: third })).toEqual({ is_compatible: true })
  expect(await given('GET', '/subjects/a/versions')).toEqual([1, 2])
})

test('the level in force decides', async () => {
  const { given } = await withTwoVersions()
  const judged = async (level: string) => {
    await given('PUT', '/config/a', { compatibility: level })
    return ((await given('POST', '/compatibility/subjects/a/versions', { schema: third })) as { is_compatible: boolean }).is_compatible
  }
  expect([await judged('NONE'), await judged('BACKWARD'), await judged('FULL'), await judged('FORWARD_TRANSITIVE')]).toEqual([true, true, true, true])
  expect([await judged('BACKWARD_TRANSITIVE'), await judged('FULL_TRANSITIVE')]).toEqual([false, false])
})

test('verbose says why, with the names of Java, and nothing where there is no reason', async () => {
  const { given } = await withTwoVersions()
  const path = '/compatibility/subjects/a/versions?verbose=true'
  expect(await given('POST', path, { schema: third })).toEqual({
    is_compatible: false,
    messages: [
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'must has no default in the new schema, and version 1 does not have it: give the field a default, such as null', additionalInfo:'must'}",
      '{oldSchemaVersion: 1}',
      `{oldSchema: '${first}'}`,
      "{validateFields: 'false', compatibility: 'BACKWARD_TRANSITIVE'}",
    ],
  })
  expect(await given('POST', path, { schema: second })).toEqual({ is_compatible: true, messages: [] })
  expect(await given('POST', '/compatibility/subjects/a/versions/1?verbose=true', { schema: third })).toMatchObject({ is_compatible: false })
})

test('the version that is named is the subject’s own number, also where earlier ones are deleted', async () => {
  const { given } = await withTwoVersions()
  await given('DELETE', '/subjects/a/versions/1')
  const { messages } = (await given('POST', '/compatibility/subjects/a/versions?verbose=true', { schema: '"int"' })) as { messages: string[] }
  expect(messages.slice(0, 2)).toEqual([expect.stringContaining('in version 2'), '{oldSchemaVersion: 2}'])
  expect(messages.join()).not.toContain('ersion: 1')
})

test('a subject without versions takes every schema, a version that is not there is 40402', async () => {
  const { given, refusal } = await withTwoVersions()
  expect(await given('POST', '/compatibility/subjects/b/versions', { schema: third })).toEqual({ is_compatible: true })
  expect(await given('POST', '/compatibility/subjects/b/versions/latest', { schema: third })).toEqual({ is_compatible: true })
  expect(await refusal('POST', '/compatibility/subjects/a/versions/3', { schema: third })).toEqual([404, 40_402])
  expect(await refusal('POST', '/compatibility/subjects/a/versions/x', { schema: third })).toEqual([422, 42_202])
})

test('what is no schema is 42201, and with verbose not compatible', async () => {
  const { given, refusal } = await withTwoVersions()
  const path = '/compatibility/subjects/a/versions/latest'
  expect(await refusal('POST', path, { schema: '{' })).toEqual([422, 42_201])
  expect(await given('POST', `${path}?verbose=true`, { schema: '{' })).toMatchObject({ is_compatible: false, messages: [expect.stringContaining('JSON')] })
})
