import { expect, test } from 'vitest'
import { recordOf, servedRegistry } from './served-registry.fixture.js'

const first = recordOf('shop.A', 'id')
const second = recordOf('shop.A', 'id', '?note')

test('a schema is found by its id, with the greatest id where that is wanted', async () => {
  const { register, given, ask } = await servedRegistry()
  await register('a', first)
  await register('a', second)
  expect(await given('GET', '/schemas/ids/1')).toEqual({ schema: first })
  expect(await given('GET', '/schemas/ids/1?fetchMaxId=true&subject=a')).toEqual({ schema: first, maxId: 2 })
  expect((await ask('GET', '/schemas/ids/2/schema')).body).toEqual(JSON.parse(second))
})

test('numbers of 64 bits in a schema keep every digit, alone and filled in', async () => {
  const { register, url, store } = await servedRegistry()
  const line = '{"name":"shop.Line","type":"record","fields":[{"name":"at","type":"long","default":9007199254740993}]}'
  await register('line', line)
  const text = async (path: string) => (await fetch(url + path)).text()
  expect([await text('/schemas/ids/1/schema'), await text('/subjects/line/versions/1/schema')]).toEqual([line, line])
  const fields = '[{"name":"line","type":"shop.Line"},{"name":"n","type":"long","default":-9007199254740995}]'
  await register('order', `{"name":"shop.Order","type":"record","fields":${fields}}`, { references: [{ name: 'shop.Line', subject: 'line', version: 1 }] })
  const { resolved = '' } = (await store.schema(2)) ?? {}
  expect([resolved.includes('9007199254740993'), resolved.includes('-9007199254740995')]).toEqual([true, true])
})

test('an id that was not given is 40403, and what is no id is no page', async () => {
  const { refusal } = await servedRegistry()
  for (const part of ['', '/schema', '/subjects', '/versions']) expect(await refusal('GET', `/schemas/ids/1${part}`)).toEqual([404, 40_403])
  for (const id of ['x', '1.5', '99999999999']) expect(await refusal('GET', `/schemas/ids/${id}`)).toEqual([404, 404])
})

test('the subjects and versions that have a schema are told, deleted ones on demand', async () => {
  const { register, given } = await servedRegistry()
  await register('b', second)
  for (const subject of ['b', 'a']) await register(subject, first)
  await given('DELETE', '/subjects/a')
  expect(await given('GET', '/schemas/ids/2/subjects')).toEqual(['b'])
  expect(await given('GET', '/schemas/ids/2/subjects?deleted=true')).toEqual(['a', 'b'])
  expect(await given('GET', '/schemas/ids/2/versions')).toEqual([{ subject: 'b', version: 2 }])
  expect(await given('GET', '/schemas/ids/2/versions?deleted=true&subject=a')).toEqual([{ subject: 'a', version: 1 }])
})

test('all schemas are listed by subject and version, the latest of each where that is wanted', async () => {
  const { register, given } = await servedRegistry()
  await register('b', first)
  await register('a', first)
  await register('a', second)
  const all = [
    { subject: 'a', version: 1, id: 1, schema: first },
    { subject: 'a', version: 2, id: 2, schema: second },
    { subject: 'b', version: 1, id: 1, schema: first },
  ]
  expect(await given('GET', '/schemas')).toEqual(all)
  expect(await given('GET', '/schemas?latestOnly=true')).toEqual(all.slice(1))
  expect(await given('GET', '/schemas?subjectPrefix=b')).toEqual(all.slice(2))
})

test('the one type of schema is AVRO', async () => {
  const { given } = await servedRegistry()
  expect(await given('GET', '/schemas/types')).toEqual(['AVRO'])
  expect(await given('GET', '/contexts')).toEqual(['.'])
  expect(await given('GET', '/')).toEqual({})
})
