import { beforeAll, expect, it } from 'vitest'
import { build } from '../built.js'
import { sharedCluster } from './bank.fixture.js'
import { control } from './controls.js'
import { countsOf, play, reportOf } from './driver/play.js'
import { cutInMidCommit, cutNode, joinAndLeave, killNode, type Nemesis, stopAndContinue, weakNetwork } from './nemesis/nemeses.js'

const seed = Number(process.env.FAULTS_SEED ?? 1)

beforeAll(() => build('tests'), 180_000)

/** Each of them once, in this order: a short run must not leave it to chance that all of them bite. */
function eachOnce(nemeses: readonly Nemesis[]): Nemesis {
  return async (run, clients) => {
    for (const nemesis of nemeses) await nemesis(run, clients)
  }
}

it('keeps every promise while nodes die, stand still, come and go, and the network loses what they say', { timeout: 240_000 }, async () => {
  const once = eachOnce([killNode, weakNetwork, stopAndContinue, cutInMidCommit, joinAndLeave, cutNode])
  const outcome = await play(sharedCluster(), { seed, nemeses: [once], duration: 1 })
  console.log(countsOf(outcome).join('\n'))
  if (outcome.violations.length > 0) console.error(reportOf(outcome))
  expect(outcome.violations).toEqual([])
  const { traffic, faults } = outcome.run
  expect([traffic.takeovers > 6, faults.total > 5, outcome.history.commands.length > 100]).toEqual([true, true, true])
})

it('finds the broken promises of the same bank without the fence', { timeout: 240_000 }, async () => {
  const { caught } = await control(sharedCluster(), { name: 'zombies', nemeses: [stopAndContinue], duration: 8_000 }, seed)
  expect(caught.length).toBeGreaterThan(0)
})
