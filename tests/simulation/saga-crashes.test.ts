import { describe, expect, test } from 'vitest'
import { findings, report } from './bank-checks.js'
import { type CrashPoint, outcomeOf, runSaga } from './saga-crash-run.js'
import { Deposit, Transfer } from './transfers.fixture.js'

const money = new Deposit({ account: 'a', amount: 100, transfer: '' })
const sagas: Readonly<Record<string, readonly object[]>> = {
  'a transfer that completes': [money, new Transfer({ transfer: 't1', from: 'a', to: 'b', amount: 30 })],
  'a transfer that is compensated': [money, new Transfer({ transfer: 't1', from: 'a', to: 'closed-d', amount: 30 })],
  'a transfer that is refused at its first step': [money, new Transfer({ transfer: 't1', from: 'a', to: 'b', amount: 300 })],
}

const ways: readonly Pick<CrashPoint, 'dead' | 'isTwice'>[] = [
  { dead: 500, isTwice: false },
  { dead: 500, isTwice: true },
  { dead: 100_000, isTwice: true },
]

describe.each(Object.entries(sagas))('%s', (_, commands) => {
  test('ends the same wherever its node dies, with answers that come twice or after their time', { timeout: 300_000 }, async () => {
    const calm = await runSaga(commands, { commit: 0, side: 'before', dead: 0, isTwice: false })
    expect(await findings(calm)).toEqual([])
    const expected = await outcomeOf(calm)
    expect(expected).toContainEqual(expect.stringContaining('bank.TransferEnded'))
    for (const way of ways) {
      for (let commit = 1; commit <= calm.commits; commit++) {
        for (const side of ['before', 'after'] as const) {
          const run = await runSaga(commands, { commit, side, ...way })
          const found = await findings(run)
          if (found.length > 0) expect.fail(report(run, found))
          expect(run.takeovers, `crashes at commit ${commit}`).toBe(2)
          expect(await outcomeOf(run), JSON.stringify({ commit, side, ...way })).toEqual(expected)
        }
      }
    }
    console.log(`${calm.commits} commits, ${calm.commits * 2 * ways.length} crashes`)
  })
})
