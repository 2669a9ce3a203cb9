import type { RebuildProgress } from '@ottla/projections'
import { SingleBar } from 'cli-progress'

/** Shows on standard error how far a rebuild is: a bar on a terminal, else a plain line every second. */
export class ReplayProgress {
  private readonly bar: SingleBar
  private started = false

  constructor(projection: string) {
    this.bar = new SingleBar({
      format: `${projection} ${process.stderr.isTTY ? '{bar} ' : ''}{value} of {total} records, {rate}/s, {left} left`,
      noTTYOutput: true,
      notTTYSchedule: 1_000,
    })
  }

  update({ done, total, rate }: RebuildProgress): void {
    const speed = { rate: Math.round(rate), left: rate > 0 ? `${Math.ceil((total - done) / rate)} s` : 'unknown time' }
    if (!this.started) this.bar.start(total, done, speed)
    this.started = true
    this.bar.setTotal(total)
    this.bar.update(done, speed)
  }

  stop(): void {
    if (this.started) this.bar.stop()
  }
}
