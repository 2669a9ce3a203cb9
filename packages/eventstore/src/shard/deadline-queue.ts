/** The deadlines of a shard's streams; each stream has one at most. */
export class DeadlineQueue<Stream> {
  private readonly due = new Map<string, { readonly at: number; readonly stream: Stream }>()
  private earliest: number | undefined

  /** Sets or, with undefined, removes the deadline of a stream. */
  set(name: string, stream: Stream, at: number | undefined): void {
    const before = this.due.get(name)?.at
    if (before === at) return
    if (at === undefined) this.due.delete(name)
    else this.due.set(name, { at, stream })
    if (at !== undefined && (this.earliest === undefined || at <= this.earliest)) this.earliest = at
    else if (before === this.earliest) this.earliest = this.findEarliest()
  }

  /** When the next one is due, in milliseconds since 1970. */
  get next(): number | undefined {
    return this.earliest
  }

  /** Takes out the streams whose deadline has come. */
  take(now: number): Stream[] {
    if (this.earliest === undefined || this.earliest > now) return []
    const taken = Array.from(this.due).filter(([, { at }]) => at <= now)
    for (const [name] of taken) this.due.delete(name)
    this.earliest = this.findEarliest()
    return taken.sort(([, a], [, b]) => a.at - b.at).map(([, { stream }]) => stream)
  }

  clear(): void {
    this.due.clear()
    this.earliest = undefined
  }

  private findEarliest(): number | undefined {
    let earliest: number | undefined
    for (const { at } of this.due.values()) if (earliest === undefined || at < earliest) earliest = at
    return earliest
  }
}
