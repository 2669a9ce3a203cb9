/** Counts by name, in the order in which they were met. */
export class Counts {
  private readonly counts = new Map<string, number>()

  add(name: string, times = 1): void {
    this.counts.set(name, this.of(name) + times)
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0
  }

  entries(): readonly (readonly [string, number])[] {
    return Array.from(this.counts)
  }
}
