import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One line of the report. */
export interface Measurement {
  readonly what: string
  /** The median of Ottla's rates, and of what it is measured against, per second. */
  readonly rate: number
  readonly against?: { readonly what: string; readonly rate: number }
  /** The median of the ratios of the rounds: both sides of a round run one after the other. */
  readonly ratio?: number
  /** What the ratio is meant to reach. */
  readonly aim?: number
}

/** Runs both sides in turn, `rounds` times after one to warm up, and gives medians: a noisy machine slows both. */
export async function compare(
  about: { what: string; against: string; aim?: number; rounds?: number },
  ours: () => Promise<number>,
  theirs: () => number,
): Promise<Measurement> {
  const rates: number[] = []
  const others: number[] = []
  const ratios: number[] = []
  for (let round = 0; round <= (about.rounds ?? 5); round++) {
    const other = theirs()
    const rate = await ours()
    if (round === 0) continue
    rates.push(rate)
    others.push(other)
    ratios.push(rate / other)
  }
  return { what: about.what, rate: median(rates), against: { what: about.against, rate: median(others) }, ratio: median(ratios), aim: about.aim }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
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
