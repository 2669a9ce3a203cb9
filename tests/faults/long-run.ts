import { parseArgs } from 'node:util'
import { type KafkaCluster, startKafka } from '@ottla/testing/kafka'
import { acts, missingBites } from './acts.js'
import { control, controls } from './controls.js'
import { countsOf, play, reportOf } from './driver/play.js'

/**
 * `npm run test:faults [-- --seed n] [-- --only name]`: every act of the matrix, then the controls, with their counts. The last line is the verdict; the exit
 * code is 0 when every promise was kept, every nemesis bit and every control was caught.
 */
const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, only: { type: 'string' } } })
const isWanted = ({ name }: { readonly name: string }) => values.only === undefined || name.includes(values.only)
const totals = { commands: 0, faults: 0, takeovers: 0, fencings: 0, longestWait: 0 }
const problems: string[] = []
const begin = Date.now()

for (const brokers of [1, 3] as const) {
  const own = acts.filter(act => act.brokers === brokers && isWanted(act))
  const ownControls = brokers === 1 ? controls.filter(isWanted) : []
  if (own.length + ownControls.length === 0) continue
  const cluster = await startKafka({ brokers, registry: true })
  try {
    await runActs(cluster, own)
    for (const plan of ownControls) await runControl(cluster, plan)
  } finally {
    await cluster.stop()
  }
}

const seconds = Math.round((Date.now() - begin) / 1000)
console.log(`\n${totals.commands} commands, ${totals.faults} faults, ${totals.takeovers} takeovers, ${totals.fencings} fencings`)
console.log(`longest unavailability ${totals.longestWait} ms (the longest wait of a client for an answer), ${seconds} s in all`)
for (const problem of problems) console.log(problem)
console.log(problems.length === 0 ? 'every promise was kept' : `FAILED: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1

async function runActs(cluster: KafkaCluster, planned: typeof acts): Promise<void> {
  for (const [index, act] of planned.entries()) {
    console.log(`\n${act.name}`)
    const outcome = await play(cluster, { ...act, seed: Number(values.seed) + index, isEnough: run => missingBites(act, run).length === 0 }).catch(
      brokeDown(act.name),
    )
    if (!outcome) continue
    for (const line of countsOf(outcome)) console.log(`  ${line}`)
    const found = [...outcome.violations, ...missingBites(act, outcome.run)]
    problems.push(...found.map(problem => `${act.name}: ${problem}`))
    if (found.length > 0) console.log([...found, ...outcome.run.journal].join('\n'))
    const { run } = outcome
    totals.commands += outcome.history.commands.length
    totals.faults += run.faults.total + run.nemeses
    totals.takeovers += run.traffic.takeovers
    totals.fencings += run.traffic.fencings
    totals.longestWait = Math.max(totals.longestWait, run.longestWait)
  }
}

async function runControl(cluster: KafkaCluster, plan: (typeof controls)[number]): Promise<void> {
  console.log(`\ncontrol without fencing: ${plan.name}`)
  const found = await control(cluster, plan, Number(values.seed)).catch(brokeDown(`control ${plan.name}`))
  if (!found) return
  const { caught, outcome } = found
  for (const violation of caught.slice(0, 5)) console.log(`  caught: ${violation}`)
  if (caught.length === 0) problems.push(`control ${plan.name}: no violation of I1, I2 or I3 was found although the fence was off`)
  if (caught.length === 0) console.log(reportOf(outcome))
}

/** A run that could not be played to its end is a problem too, and no reason to leave out the others. */
function brokeDown(name: string): (error: Error) => undefined {
  return error => {
    problems.push(`${name}: could not be played to its end: ${error.message}`)
    console.log(error)
    return undefined
  }
}
