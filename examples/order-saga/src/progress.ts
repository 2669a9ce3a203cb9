import { SingleBar } from 'cli-progress'

/** Shows on standard error how far the orders are: a bar on a terminal, else a plain line every second. */
export class Progress {
  private readonly began = performance.now()
  private readonly bar = new SingleBar({
    format: `${process.stderr.isTTY ? '{bar} ' : ''}{value} of {total} orders, {rate}/s, {left} left`,
    noTTYOutput: true,
    notTTYSchedule: 1_000,
    // Else a process that is killed leaves a terminal behind that cuts long lines off.
    linewrap: true,
  })

  /** @param before how many of the orders were done before this run: they do not count for the rate. */
  constructor(
    private readonly total: number,
    private readonly before: number,
  ) {
    this.bar.start(total, before, this.speed(before))
  }

  update(done: number): void {
    this.bar.update(done, this.speed(done))
  }

  stop(): void {
    this.bar.stop()
  }

  private speed(done: number): { rate: number; left: string } {
    const rate = ((done - this.before) * 1_000) / (performance.now() - this.began)
    return { rate: Math.round(rate), left: rate > 0 ? `${Math.ceil((this.total - done) / rate)} s` : 'unknown time' }
  }
}
