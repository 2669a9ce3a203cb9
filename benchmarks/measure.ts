import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One line of the report. */
export interface Measurement {
  readonly what: string
  /** Ottla's figure, and that of what it is measured against: the medians of the rounds. */
  readonly value: number
  readonly unit: Unit
  readonly against?: { readonly what: string; readonly value: number }
  /** The median of the ratios of the rounds: both sides of a round run one after the other. */
  readonly ratio?: number
  /** What the ratio is meant to reach. */
  readonly aim?: Aim
}

export type Unit = '/s' | 'ms' | 'each'

export interface Aim {
  readonly atLeast?: number
  readonly atMost?: number
}

/** What is compared, and how often. */
export interface Comparison {
  readonly what: string
  readonly against: string
  readonly aim?: Aim
  /** Beside the first one, which only warms up. Default 5. */
  readonly rounds?: number
}

/** Runs both sides in turn, `rounds` times after one to warm up, and gives medians per second: a noisy machine slows both. */
export async function compare(about: Comparison, ours: () => Promise<number>, theirs: () => number | Promise<number>): Promise<Measurement> {
  const rounds: { readonly value: number; readonly other: number }[] = []
  for (let round = 0; round <= (about.rounds ?? 5); round++) {
    const other = await theirs()
    const value = await ours()
    if (round > 0) rounds.push({ value, other })
  }
  return compared(about, '/s', rounds)
}

/** The medians of rounds that have been run. */
export function compared(about: Comparison, unit: Unit, rounds: readonly { readonly value: number; readonly other: number }[]): Measurement {
  return {
    what: about.what,
    value: median(rounds.map(({ value }) => value)),
    unit,
    against: { what: about.against, value: median(rounds.map(({ other }) => other)) },
    ratio: median(rounds.map(({ value, other }) => value / other)),
    aim: about.aim,
  }
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number
}

/** Gives a new folder and removes it afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
