import type { KafkaCluster } from '@ottla/testing/kafka'
import { type Outcome, type Play, play } from './driver/play.js'
import { cutInMidCommit, stopAndContinue, weakNetwork } from './nemesis/nemeses.js'

type Control = Omit<Play, 'seed' | 'fenced'> & { readonly name: string }

/**
 * Tests 6 and 8 of the matrix with the fence taken away: their checks must find what then goes wrong. A weak network alone does no harm without the fence
 * either, since a restore waits for whatever is open to be settled; it takes a second owner, so the first control has zombies too.
 */
export const controls: readonly Control[] = [
  { name: 'weak network', nemeses: [weakNetwork, cutInMidCommit, stopAndContinue], duration: 20_000 },
  { name: 'zombies', nemeses: [stopAndContinue], duration: 16_000 },
]

/** Plays without fencing, and gives the violations of I1, I2 and I3 that were found. */
export async function control(cluster: KafkaCluster, plan: Control, seed: number): Promise<{ readonly caught: readonly string[]; readonly outcome: Outcome }> {
  const outcome = await play(cluster, { ...plan, seed, fenced: false, patience: 10_000 })
  return { caught: outcome.violations.filter(violation => /^I[123] /.test(violation)), outcome }
}
