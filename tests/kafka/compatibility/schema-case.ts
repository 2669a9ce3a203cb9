import { parseSchema } from '@ottla/eventstore'
import { Random } from '../../simulation/random.js'
import { breaks, harmless, others, readable } from './mutations.js'
import { randomSchema } from './random-schema.js'
import { type SchemaModel, textOf } from './schema-model.js'

/** A subject's versions, oldest first, and what is to be the next one. */
export interface SchemaCase {
  readonly seed: number
  readonly versions: readonly string[]
  readonly next: string
  /** What was done on the way to `next`, for the report of a difference. */
  readonly mutations: readonly string[]
}

/** How far the versions of a history are from each other: without any limit nearly nothing would be FULL_TRANSITIVE compatible. */
const moods = [harmless, { ...harmless, ...readable }, { ...harmless, ...readable, ...others }]

/** The same case for the same seed: one to four versions of a schema, and a next one. */
export function schemaCase(seed: number): SchemaCase {
  const random = new Random(seed)
  let model = valid(() => randomSchema(random))
  const mood = moods[random.pick([0, 1, 2, 2, 2])] as (typeof moods)[number]
  const short = random.chance(0.3)
  const versions = [textOf(model, short)]
  const mutations: string[] = []
  for (let count = 1 + random.below(4); versions.length <= count; ) {
    for (let steps = 1 + random.below(2); steps > 0; steps--) {
      const mutated = mutate(model, mood, random)
      model = mutated.model
      mutations.push(`${mutated.name}${steps === 1 ? ';' : ''}`)
    }
    versions.push(textOf(model, short))
  }
  // Now and then the next version is the inverse of a change: what could only be read by the new one can then only be read by the old one.
  if (random.chance(0.35)) versions.reverse()
  return { seed, versions: versions.slice(0, -1), next: versions.at(-1) as string, mutations }
}

/** A text that is JSON, nearly a schema, and none. */
export function brokenSchema(seed: number): string {
  const random = new Random(seed)
  for (;;) {
    const text = textOf(randomSchema(random), random.chance(0.3))
    const broken = random.pick(breaks)(text)
    if (broken !== text) return broken
  }
}

function mutate(model: SchemaModel, mood: (typeof moods)[number], random: Random): { readonly model: SchemaModel; readonly name: string } {
  for (;;) {
    const name = random.pick(Object.keys(mood))
    const changed = structuredClone(model)
    if (mood[name]?.(changed, random) !== false && isValid(changed)) return { model: changed, name }
  }
}

function valid(make: () => SchemaModel): SchemaModel {
  for (;;) {
    const model = make()
    if (isValid(model)) return model
  }
}

function isValid(model: SchemaModel): boolean {
  try {
    parseSchema(textOf(model, false))
    return true
  } catch {
    return false
  }
}
