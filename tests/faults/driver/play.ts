import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaCluster } from '@ottla/testing/kafka'
import type { Random } from '../../simulation/random.js'
import type { History } from '../checks/history.js'
import { violations } from '../checks/violations.js'
import type { Nemesis } from '../nemesis/nemeses.js'
import { BankRun, type BankRunOptions } from './bank-run.js'
import { Clients } from './clients.js'
import { settledHistory } from './settled-history.js'

export interface Play extends BankRunOptions {
  readonly clients?: number
  /** Between two commands of a client, in milliseconds, on average. */
  readonly pause?: number
  /** How long the nemeses work, in milliseconds, one of them at least; up to twice as long while `isEnough` says no. */
  readonly duration: number
  /** Whether enough has happened: on a slow machine less happens in the same time. */
  readonly isEnough?: (run: BankRun) => boolean
  /** How long a healed bank may take to finish what is under way, in milliseconds. Default 90,000. */
  readonly patience?: number
  /** One after another, in rounds that have each of them once. */
  readonly nemeses: readonly Nemesis[]
}

/** What came out of a run. */
export interface Outcome {
  readonly history: History
  /** Promises that were broken, in words. */
  readonly violations: readonly string[]
  readonly run: BankRun
}

/** Plays the bank under faults: start, clients, nemeses, healing, everything finished, checks. What it started is ended when it resolves. */
export async function play(cluster: KafkaCluster, plan: Play): Promise<Outcome> {
  const { clients: count = 8, pause, duration, isEnough = () => true, nemeses, patience = 90_000, ...options } = plan
  const run = new BankRun(cluster, options)
  try {
    await run.start()
    run.note('all nodes are ready')
    const clients = new Clients(run, pause)
    clients.open(count)
    await delay(1_000)
    const begin = Date.now()
    const goesOn = () => Date.now() < begin + duration || (!isEnough(run) && Date.now() < begin + 2 * duration)
    let round: Nemesis[] = []
    do {
      if (round.length === 0) round = shuffled(nemeses, run.random)
      await round.pop()?.(run, clients)
    } while (goesOn())
    run.note('healed')
    await clients.close(Math.min(patience, 60_000))
    run.note('clients have ended')
    const history = await settledHistory(run, patience)
    return { history, violations: violations(history), run }
  } finally {
    await run.close()
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map(item => ({ item, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** The counts of a run, a line each. */
export function countsOf({ run, history }: Outcome): readonly string[] {
  const { traffic, faults, counts, longestWait } = run
  const answered = history.commands.filter(({ answers }) => answers.length > 0).length
  const events = history.topics.records.filter(({ topic }) => topic.endsWith('.events')).length
  return [
    `commands ${history.commands.length}, answered ${answered}, events ${events}, transactions ${traffic.commits}`,
    `takeovers ${traffic.takeovers}, fencings ${traffic.fencings}, transactions timed out ${traffic.timedOut}, connections cut ${traffic.cuts}`,
    ...Array.from(faults.counts, ([kind, times]) => `network fault: ${kind} ${times}`),
    ...counts.entries().map(([name, times]) => `${name} ${times}`),
    `longest wait for an answer ${longestWait} ms`,
  ]
}

/** What a failing run has to tell: its violations, its seed, its counts and what was done to it. */
export function reportOf(outcome: Outcome): string {
  const { run } = outcome
  return [...outcome.violations, `seed ${run.options.seed}`, ...countsOf(outcome), ...run.journal].join('\n')
}
