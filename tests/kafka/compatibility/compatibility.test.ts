import { checkReaderWriter, compatibilityLevels, incompatibilityTypes, judgeSchema, parseSchema } from '@ottla/eventstore'
import { beforeAll, describe, expect, test } from 'vitest'
import { askOracle } from './ask-oracle.js'
import { brokenSchema, type SchemaCase, schemaCase } from './schema-case.js'

interface PairVerdict {
  readonly error?: string
  readonly compatible?: boolean
  readonly incompatibilities?: readonly { readonly type: string; readonly location: string; readonly message: string }[]
}
type LevelVerdicts = Readonly<Record<string, boolean>>

const firstSeed = Number(process.env.OTTLA_SEED ?? 1)
const seeds = Array.from({ length: 700 }, (_, index) => firstSeed + index)
const brokenSeeds = seeds.slice(0, 350)

let cases: readonly SchemaCase[]
let pairs: readonly { readonly of: SchemaCase; readonly reader: string; readonly writer: string }[]
let pairVerdicts: readonly PairVerdict[]
let levelVerdicts: readonly LevelVerdicts[]
let brokenVerdicts: readonly PairVerdict[]
const broken = brokenSeeds.map(brokenSchema)

// One JVM answers all questions.
beforeAll(async () => {
  cases = seeds.map(schemaCase)
  pairs = cases.flatMap(each =>
    each.versions.flatMap(old => [
      { of: each, reader: each.next, writer: old },
      { of: each, reader: old, writer: each.next },
    ]),
  )
  const questions = [
    ...pairs.map(({ reader, writer }) => ({ reader, writer })),
    ...cases.map(({ versions, next }) => ({ versions, next })),
    ...broken.map(schema => ({ schema })),
  ]
  const answers = await askOracle<PairVerdict & LevelVerdicts>(questions)
  expect(answers).toHaveLength(questions.length)
  pairVerdicts = answers.slice(0, pairs.length)
  levelVerdicts = answers.slice(pairs.length, pairs.length + cases.length)
  brokenVerdicts = answers.slice(pairs.length + cases.length)
}, 300_000)

describe('the verdict of Avro for Java', () => {
  test('on reader and writer is the same, with type, place and message of each incompatibility in the same order', () => {
    const counts = Object.fromEntries([...incompatibilityTypes, 'FIELD_AMBIGUOUS'].map(type => [type, 0]))
    for (const [index, { of, reader, writer }] of pairs.entries()) {
      const { error, incompatibilities = [] } = pairVerdicts[index] as PairVerdict
      const found = checkReaderWriter(parseSchema(reader), parseSchema(writer))
      const told = found.map(({ type, location, message }) => ({ type, location, message }))
      const about = `seed ${of.seed} (${of.mutations.join(' ')})\nreader ${reader}\nwriter ${writer}\nJava: ${error}`
      if (error === undefined) expect(told, about).toEqual(incompatibilities)
      else
        expect([error.replace(/ \{.*|field .* matches/s, ''), told.map(({ type }) => type)], about).toEqual([
          expect.stringContaining('Reader record'),
          ['FIELD_AMBIGUOUS'],
        ])
      for (const type of new Set(told.map(each => each.type))) counts[type] = (counts[type] ?? 0) + 1
    }
    const compatible = pairVerdicts.filter(verdict => verdict.compatible).length
    console.log(`${pairs.length} pairs, ${compatible} of them compatible; pairs with ${JSON.stringify(counts)}`)
    expect(Object.entries(counts).filter(([, count]) => count < 10)).toEqual([])
    expect(pairs.length).toBeGreaterThan(500)
  })

  test.each(compatibilityLevels)('at the level %s is the same after histories of one to four versions', level => {
    let taken = 0
    for (const [index, { seed, versions, next, mutations }] of cases.entries()) {
      const { compatible } = judgeSchema(level, next, versions)
      const about = `seed ${seed} (${mutations.join(' ')})\n${versions.join('\n')}\nnext ${next}`
      expect({ [level]: compatible }, about).toEqual({ [level]: levelVerdicts[index]?.[level] })
      if (compatible) taken++
    }
    // At NONE only what is no schema is refused.
    const judged = level === 'NONE' ? cases.length + broken.length : cases.length
    const share = (100 * taken) / judged
    console.log(`${level}: ${taken} of ${judged} taken, ${share.toFixed(1)} %`)
    expect(share).toBeGreaterThanOrEqual(30)
    expect(share).toBeLessThanOrEqual(70)
  })

  test('on what is no schema is the same', () => {
    for (const [index, schema] of broken.entries()) {
      expect(brokenVerdicts[index]?.error, `seed ${brokenSeeds[index]}: ${schema}`).toBeDefined()
      expect(() => judgeSchema('NONE', schema, []), schema).toThrow(/^SCHEMA_INVALID/)
    }
    console.log(`${broken.length} texts that are no schema`)
  })

  test('comes from histories of one, two, three and four versions', () => {
    expect([1, 2, 3, 4].map(length => cases.filter(({ versions }) => versions.length === length).length > 50)).toEqual([true, true, true, true])
  })
})
