import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@ottla/core'
import { compareViews, ProjectionRunner, viewPath } from '@ottla/projections'
import { MemoryLog } from '@ottla/testing'
import { expect, test } from 'vitest'
import { balances } from './balances.fixture.js'
import { findings, report } from './bank-checks.js'
import { bankCodec } from './bank-codec.js'
import { type BankRun, runBank } from './bank-run.js'
import { topics } from './progress.js'

const first = Number(process.env.FIRST_SEED ?? 1)
const seeds = Number(process.env.VIEW_SEEDS ?? 25)

test(`keeps I6 under ${seeds} seeds: a view never goes back, and is what a view built anew is`, { timeout: 600_000 }, async () => {
  let crashes = 0
  for (let seed = first; seed < first + seeds; seed++) {
    const folder = mkdtempSync(join(tmpdir(), 'ottla-simulation-'))
    try {
      const run = await runBank(seed, { mode: 'safety', viewFolder: join(folder, 'lived') })
      const found = await findings(run)
      if (found.length > 0) expect.fail(report(run, found))
      await buildAnew(run, join(folder, 'anew'))
      expect(compareViews(viewPath(join(folder, 'lived'), 'balances'), viewPath(join(folder, 'anew'), 'balances')), `seed ${seed}`).toEqual([])
      crashes += (run.view?.starts ?? 1) - 1
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  console.log(`${seeds} seeds, ${crashes} crashes of the view's process`)
  expect(crashes).toBeGreaterThan(seeds)
})

async function buildAnew({ broker }: BankRun, folder: string): Promise<void> {
  const runner = new ProjectionRunner({ definition: balances, log: new MemoryLog(broker, systemClock), codec: bankCodec, topics: [topics.events], folder })
  await runner.start()
  const end = (partition: number) => broker.end({ topic: topics.events, partition })
  while (runner.position.some(({ partition, offset }) => offset < end(partition))) await new Promise(resolve => setImmediate(resolve))
  await runner.stop()
}
