import { describe, expect, test } from 'vitest'
import { findings, report } from './bank-checks.js'
import { type RunOptions, runBank } from './bank-run.js'
import { type Faults, faultKinds } from './nemesis.js'

/** `SEEDS=2000 LIVENESS_SEEDS=500` is the long run, `FIRST_SEED=4711 SEEDS=1 LIVENESS_SEEDS=1` repeats one seed. */
const first = Number(process.env.FIRST_SEED ?? 1)
const seeds = { safety: Number(process.env.SEEDS ?? 600), liveness: Number(process.env.LIVENESS_SEEDS ?? 150) }

describe('the bank on a Kafka that fails', { timeout: 1_200_000 }, () => {
  test(`keeps I1 to I5 and I7 under ${seeds.safety} seeds with faults at any step`, () => playAll('safety'))
  test(`gets everything done under ${seeds.liveness} seeds once the faults have ended`, () => playAll('liveness'))

  test('is found out when the broker does not fence', async () => {
    const broken = new Set<string>()
    for (let seed = 1; seed <= 100 && !(broken.has('I1') && broken.has('I2') && broken.has('I3')); seed++) {
      const run = await runBank(seed, { mode: 'safety', fences: false })
      for (const { invariant } of await findings(run)) broken.add(invariant)
    }
    expect([...broken]).toEqual(expect.arrayContaining(['I1', 'I2']))
  })
})

async function playAll(mode: RunOptions['mode']): Promise<void> {
  const faults = Object.fromEntries(faultKinds.map(kind => [kind, 0])) as Faults
  let [longest, takeovers, commands] = [0, 0, 0]
  for (let seed = first; seed < first + seeds[mode]; seed++) {
    const run = await runBank(seed, { mode })
    const found = await findings(run)
    if (found.length > 0) expect.fail(`${mode}: ${report(run, found)}`)
    for (const kind of faultKinds) faults[kind] += run.faults[kind]
    longest = Math.max(longest, run.drained)
    takeovers += run.takeovers
    commands += run.asked.size
  }
  console.log(
    `${mode}: ${seeds[mode]} seeds, ${commands} commands, ${takeovers} starts, done at most ${longest} ms after the faults: ${JSON.stringify(faults)}`,
  )
  // A nemesis that never bites proves nothing.
  if (seeds[mode] >= 100) expect(faultKinds.filter(kind => faults[kind] === 0)).toEqual([])
}
