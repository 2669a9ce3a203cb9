import { describe, expect, test } from 'vitest'
import { recordOf, servedRegistry } from './served-registry.fixture.js'

const line = recordOf('shop.Line', 'product')
const order = JSON.stringify({ name: 'shop.Order', type: 'record', fields: [{ name: 'lines', type: { type: 'array', items: 'shop.Line' } }] })
const toLine = [{ name: 'shop.Line', subject: 'line', version: 1 }]

async function withOrder() {
  const registry = await servedRegistry()
  await registry.register('line', line)
  await registry.register('order', order, { references: toLine })
  return registry
}

describe('a schema that names types of another subject', () => {
  test('comes back as it was registered, with its references', async () => {
    const { given } = await withOrder()
    expect(await given('GET', '/schemas/ids/2')).toEqual({ schema: order, references: toLine })
    expect(await given('GET', '/subjects/order/versions/1')).toEqual({ subject: 'order', version: 1, id: 2, schema: order, references: toLine })
    expect(await given('POST', '/subjects/order', { schema: order, references: toLine })).toMatchObject({ version: 1, id: 2 })
    expect(await given('GET', '/subjects/line/versions/1/referencedby')).toEqual([2])
    expect(await given('GET', '/subjects/order/versions/1/referencedby')).toEqual([])
  })

  test('is refused without them, and where they lead nowhere', async () => {
    const { refusal } = await withOrder()
    expect(await refusal('POST', '/subjects/b/versions', { schema: order })).toEqual([422, 42_201])
    for (const wrong of [{ subject: 'x' }, { version: 2 }]) {
      expect(await refusal('POST', '/subjects/b/versions', { schema: order, references: [{ ...toLine[0], ...wrong }] })).toEqual([422, 42_201])
    }
    for (const references of [7, [7], [{ name: 'shop.Line' }]])
      expect(await refusal('POST', '/subjects/b/versions', { schema: order, references })).toEqual([422, 422])
  })

  test('may refer to the latest version, which is that of now', async () => {
    const { register, given } = await withOrder()
    await register('line', recordOf('shop.Line', 'product', '?note'))
    await register('b', order, { references: [{ ...toLine[0], version: -1 }] })
    expect(await given('GET', '/subjects/b/versions/1')).toMatchObject({ id: 4, references: [{ ...toLine[0], version: 2 }] })
  })

  test('is judged with these types filled in', async () => {
    const { given, refusal } = await withOrder()
    await given('PUT', '/config/line', { compatibility: 'NONE' })
    await given('POST', '/subjects/line/versions', { schema: recordOf('shop.Line', 'product', 'must') })
    const next = { schema: order, references: [{ ...toLine[0], version: 2 }] }
    expect(await given('POST', '/compatibility/subjects/order/versions', next)).toEqual({ is_compatible: false })
    expect(await refusal('POST', '/subjects/order/versions', next)).toEqual([409, 409])
  })

  test('has the id of the filled-in schema, which is the same to every reader', async () => {
    const { register, store } = await withOrder()
    const filledIn = (await store.schema(2))?.resolved ?? ''
    expect(JSON.parse(filledIn).fields[0].type.items).toEqual(JSON.parse(line))
    expect(await register('order', filledIn)).toBe(2)
  })
})

test('a new schema cannot refer to a version that is deleted, and an old one is found all the same', async () => {
  const { given, refusal } = await withOrder()
  for (const subject of ['order', 'line']) await given('DELETE', `/subjects/${subject}`)
  expect(await refusal('POST', '/subjects/order/versions', { schema: order, references: toLine })).toEqual([422, 42_201])
  expect(await given('POST', '/subjects/order?deleted=true', { schema: order, references: toLine })).toMatchObject({ version: 1 })
})

describe('a version that others refer to', () => {
  test('cannot be deleted, nor its subject', async () => {
    const { refusal, given } = await withOrder()
    expect(await refusal('DELETE', '/subjects/line/versions/1')).toEqual([422, 42_206])
    expect(await refusal('DELETE', '/subjects/line')).toEqual([422, 42_206])
    expect(await given('GET', '/subjects/line/versions')).toEqual([1])
  })

  test('can be deleted when those are, and for good when those are for good', async () => {
    const { refusal, given } = await withOrder()
    await given('DELETE', '/subjects/order')
    expect(await given('GET', '/subjects/line/versions/1/referencedby')).toEqual([])
    expect(await given('GET', '/subjects/line/versions/1/referencedby?deleted=true')).toEqual([2])
    await given('DELETE', '/subjects/line')
    expect(await refusal('DELETE', '/subjects/line?permanent=true')).toEqual([422, 42_206])
    expect(await refusal('DELETE', '/subjects/line/versions/1?permanent=true')).toEqual([422, 42_206])
    await given('DELETE', '/subjects/order?permanent=true')
    expect(await given('DELETE', '/subjects/line?permanent=true')).toEqual([1])
    expect(await given('GET', '/schemas/ids/2')).toEqual({ schema: order, references: toLine })
  })
})
