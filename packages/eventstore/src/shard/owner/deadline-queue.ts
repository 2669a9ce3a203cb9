interface Due<Stream> {
  readonly at: number
  readonly name: string
  readonly stream: Stream
}

/** The deadlines of a shard's streams; each stream has one at most. A binary heap in which replaced deadlines stay until they come up. */
export class DeadlineQueue<Stream> {
  private readonly heap: Due<Stream>[] = []
  private readonly valid = new Map<string, Due<Stream>>()

  /** Sets or, with undefined, removes the deadline of a stream. */
  set(name: string, stream: Stream, at: number | undefined): void {
    if (this.valid.get(name)?.at === at) return
    if (at === undefined) return void this.valid.delete(name)
    const due = { at, name, stream }
    this.valid.set(name, due)
    this.push(due)
  }

  /** When the next one is due, in milliseconds since 1970. */
  get next(): number | undefined {
    for (let first = this.heap[0]; first; first = this.heap[0]) {
      if (this.valid.get(first.name) === first) return first.at
      this.pop()
    }
    return undefined
  }

  /** Takes out the streams whose deadline has come, the earliest first. */
  take(now: number): { readonly stream: Stream; readonly at: number }[] {
    const taken: { readonly stream: Stream; readonly at: number }[] = []
    for (let at = this.next; at !== undefined && at <= now; at = this.next) {
      const { name, stream } = this.heap[0] as Due<Stream>
      this.valid.delete(name)
      taken.push({ stream, at })
    }
    return taken
  }

  clear(): void {
    this.heap.length = 0
    this.valid.clear()
  }

  private push(due: Due<Stream>): void {
    const { heap } = this
    let index = heap.push(due) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if ((heap[parent] as Due<Stream>).at <= due.at) break
      heap[index] = heap[parent] as Due<Stream>
      index = parent
    }
    heap[index] = due
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop() as Due<Stream>
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && (heap[child + 1] as Due<Stream>).at < (heap[child] as Due<Stream>).at) child++
      if ((heap[child] as Due<Stream>).at >= last.at) break
      heap[index] = heap[child] as Due<Stream>
      index = child
    }
    heap[index] = last
  }
}
