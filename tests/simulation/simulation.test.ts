import { expect, test } from 'vitest'
import { violations } from './bank-checks.js'
import { runBank } from './bank-run.js'

/** `SEEDS=100000` for a long run, `FIRST_SEED=4711 SEEDS=1` to repeat one. */
const first = Number(process.env.FIRST_SEED ?? 1)
const seeds = Number(process.env.SEEDS ?? 1_000)

test(`${seeds} schedules with crashes at commit boundaries and lost answers keep promises 1, 2 and 5`, { timeout: 600_000 }, async () => {
  const faults = { crashes: 0, zombies: 0, lost: 0, takeovers: 0 }
  for (let seed = first; seed < first + seeds; seed++) {
    const run = await runBank(seed).catch((error: unknown) => {
      throw new Error(`Seed ${seed}: ${(error as Error).message}`, { cause: error })
    })
    expect(await violations(run), `seed ${seed}`).toEqual([])
    for (const kind of ['crashes', 'zombies', 'lost', 'takeovers'] as const) faults[kind] += run.faults[kind]
  }
  console.log(`${seeds} seeds: ${JSON.stringify(faults)}`)
  // A simulation whose faults never strike proves nothing.
  if (seeds >= 100) expect(Math.min(faults.crashes, faults.zombies, faults.lost)).toBeGreaterThan(seeds / 4)
})
