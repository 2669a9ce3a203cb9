import type { BankRun } from './driver/bank-run.js'
import type { Play } from './driver/play.js'
import {
  cutInMidCommit,
  cutNode,
  joinAndLeave,
  killBroker,
  killInMidCommit,
  killNode,
  killRegistry,
  type Nemesis,
  restartBroker,
  stopAndContinue,
  weakNetwork,
} from './nemesis/nemeses.js'

/** One run of the bank with what it is for. */
export interface Act extends Omit<Play, 'seed'> {
  readonly name: string
  readonly brokers: 1 | 3
  /** What must have happened at least so often, or the act has shown nothing. */
  readonly bites: Readonly<Record<string, number>>
}

/** kafka-clients.md, section 8: its tests 6 to 10, and the mixture of all. Durations in milliseconds. */
export const acts: readonly Act[] = [
  ...[1, 2, 3].map(round => ({
    ...act(`weak network ${round}`, [weakNetwork, cutInMidCommit]),
    duration: 18_000,
    bites: { 'network faults': 100, takeovers: 10 },
  })),
  { ...act('kill -9 of nodes', [killNode, killInMidCommit]), duration: 25_000, bites: { kills: 3, 'kill -9 in mid-commit': 3, takeovers: 15 } },
  { ...act('zombies', [stopAndContinue]), duration: 30_000, bites: { 'SIGSTOP beyond the session': 3, fencings: 1 } },
  { ...act('members that come and go', [joinAndLeave]), duration: 40_000, bites: { 'join and leave': 5 } },
  { ...act('a single broker dies', [killBroker, cutInMidCommit]), duration: 20_000, bites: { 'kill -9 of a broker': 1 } },
  { ...act('two nodes with one client id', [killNode, cutInMidCommit, joinAndLeave]), twins: true, nodes: 2, duration: 20_000, bites: { takeovers: 6 } },
  { ...act('the registry dies', [killRegistry]), duration: 15_000, bites: { 'kill -9 of the registry': 1 } },
  { ...act('one of three brokers dies', [killBroker, restartBroker]), brokers: 3, duration: 60_000, bites: { 'kill -9 of a broker': 2 } },
  {
    ...act('everything', [killNode, stopAndContinue, joinAndLeave, weakNetwork, cutInMidCommit, cutNode, killBroker, restartBroker]),
    brokers: 3,
    duration: 90_000,
    bites: { 'network faults': 20, kills: 1, fencings: 1, takeovers: 20 },
  },
]

function act(name: string, nemeses: readonly Nemesis[]): Pick<Act, 'name' | 'nemeses' | 'brokers'> {
  return { name, nemeses, brokers: 1 }
}

/** What an act had to do and did not, in words. */
export function missingBites({ bites }: Pick<Act, 'bites'>, run: BankRun): string[] {
  return Object.entries(bites)
    .map(([name, least]) => ({ name, least, times: timesOf(name, run) }))
    .filter(({ least, times }) => times < least)
    .map(({ name, least, times }) => `the nemesis did not bite: ${name} ${times}, expected at least ${least}`)
}

function timesOf(name: string, run: BankRun): number {
  if (name === 'takeovers') return run.traffic.takeovers
  if (name === 'fencings') return run.traffic.fencings
  if (name === 'network faults') return run.faults.total
  if (name === 'kills') return run.counts.of('kill -9 of a node') + run.counts.of('kill -9 of a node, folder deleted')
  return run.counts.of(name)
}
