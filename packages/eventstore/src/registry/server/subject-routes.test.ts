import { describe, expect, test } from 'vitest'
import { recordOf, servedRegistry } from './served-registry.fixture.js'

const first = recordOf('shop.A', 'id')
const second = recordOf('shop.A', 'id', '?note')

describe('registering', () => {
  test('gives the id, the same for the same schema in another spelling and in every subject', async () => {
    const { register, given } = await servedRegistry()
    const elsewhere = '{ "fields": [{"type": {"type": "string"}, "name": "id"}], "namespace": "shop", "name": "A", "type": "record" }'
    expect([await register('a', first), await register('a', elsewhere), await register('b', first), await register('a', second)]).toEqual([1, 1, 1, 2])
    expect(await given('GET', '/subjects/a/versions')).toEqual([1, 2])
  })

  test('takes schemaType AVRO, an id of -1, null members and normalize', async () => {
    const { given } = await servedRegistry()
    const body = { schema: first, schemaType: 'AVRO', references: [], id: -1, version: 0, metadata: null, ruleSet: null }
    expect(await given('POST', '/subjects/a/versions?normalize=true', body)).toEqual({ id: 1 })
  })

  test('takes a version that is the next or the one that the schema has, and no other', async () => {
    const { register, refusal } = await servedRegistry()
    await register('a', first, { version: 1 })
    expect(await refusal('POST', '/subjects/a/versions', { schema: second, version: 3 })).toEqual([422, 42_201])
    expect([await register('a', second, { version: 2 }), await register('a', first, { version: 1 })]).toEqual([2, 1])
  })

  test('refuses what the level forbids with 409 and says why', async () => {
    const { register, ask, given } = await servedRegistry()
    await register('a', first)
    const { status, body } = await ask('POST', '/subjects/a/versions', { schema: recordOf('shop.A', 'id', 'must') })
    expect(status).toBe(409)
    expect(body).toEqual({
      error_code: 409,
      message: expect.stringMatching(
        /^Schema being registered is incompatible with an earlier schema for subject "a", details: \[must has no default .*BACKWARD_TRANSITIVE/,
      ),
    })
    expect(await given('GET', '/subjects/a/versions')).toEqual([1])
  })

  test.each([
    ['no schema', {}, 42_201],
    ['an empty one', { schema: ' ' }, 42_201],
    ['a text that is no JSON', { schema: '{' }, 42_201],
    ['JSON that is no schema', { schema: '{"type":"nothing"}' }, 42_201],
    ['another type of schema', { schema: first, schemaType: 'JSON' }, 42_201],
    ['an id that the client chose', { schema: first, id: 7 }, 42_205],
    ['rules', { schema: first, ruleSet: { domainRules: [] } }, 422],
    ['a member that nobody knows', { schema: first, colour: 'red' }, 422],
    ['a list', [], 422],
    ['nothing', '', 422],
  ])('refuses %s with 422', async (_, body, code) => {
    const { refusal, given } = await servedRegistry()
    expect(await refusal('POST', '/subjects/a/versions', body)).toEqual([422, code])
    expect(await given('GET', '/subjects')).toEqual([])
  })

  test.each([':.other:a', ':*:a', '__GLOBAL', 'a\nb'])('refuses the subject %j with 42208', async subject => {
    const { refusal } = await servedRegistry()
    expect(await refusal('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema: first })).toEqual([422, 42_208])
  })

  test('knows a subject in the default context by its short name', async () => {
    const { register, given } = await servedRegistry()
    await register(':.:a', first)
    expect(await given('GET', '/subjects')).toEqual(['a'])
  })
})

describe('looking up', () => {
  test('gives a version by its number, as latest and as -1', async () => {
    const { register, given, ask } = await servedRegistry()
    await register('a', first)
    await register('a', second)
    expect(await given('GET', '/subjects/a/versions/1')).toEqual({ subject: 'a', version: 1, id: 1, schema: first })
    const latest = { subject: 'a', version: 2, id: 2, schema: second }
    expect([await given('GET', '/subjects/a/versions/latest'), await given('GET', '/subjects/a/versions/-1')]).toEqual([latest, latest])
    expect(await ask('GET', '/subjects/a/versions/1/schema')).toMatchObject({ status: 200, body: JSON.parse(first) })
  })

  test('finds the version of a schema, in any spelling', async () => {
    const { register, given, refusal } = await servedRegistry()
    await register('a', first)
    await register('a', second)
    expect(await given('POST', '/subjects/a', { schema: ` ${first}` })).toEqual({ subject: 'a', version: 1, id: 1, schema: first })
    expect(await refusal('POST', '/subjects/a', { schema: '"int"' })).toEqual([404, 40_403])
    expect(await refusal('POST', '/subjects/b', { schema: first })).toEqual([404, 40_401])
    expect(await refusal('POST', '/subjects/a', { schema: '{' })).toEqual([422, 42_201])
  })

  test('tells an unknown subject, an unknown version and what is no version apart', async () => {
    const { register, refusal } = await servedRegistry()
    await register('a', first)
    expect(await refusal('GET', '/subjects/b/versions')).toEqual([404, 40_401])
    expect(await refusal('GET', '/subjects/b/versions/1')).toEqual([404, 40_401])
    expect(await refusal('GET', '/subjects/b/versions/latest')).toEqual([404, 40_401])
    expect(await refusal('GET', '/subjects/a/versions/2')).toEqual([404, 40_402])
    for (const version of ['0', '-2', 'newest', '1.5', '2147483648']) expect(await refusal('GET', `/subjects/a/versions/${version}`)).toEqual([422, 42_202])
  })

  test('lists subjects by name, those with a prefix, and a part of them', async () => {
    const { register, given } = await servedRegistry()
    for (const subject of ['shop.b', 'shop.a', 'bank.a', 'é/😀?']) await register(subject, first)
    expect(await given('GET', '/subjects')).toEqual(['bank.a', 'shop.a', 'shop.b', 'é/😀?'])
    expect(await given('GET', '/subjects?subjectPrefix=shop.')).toEqual(['shop.a', 'shop.b'])
    expect(await given('GET', '/subjects?subjectPrefix=:*:shop.')).toEqual(['shop.a', 'shop.b'])
    expect(await given('GET', '/subjects?offset=1&limit=2')).toEqual(['shop.a', 'shop.b'])
    expect(await given('GET', `/subjects/${encodeURIComponent('é/😀?')}/versions`)).toEqual([1])
  })
})
