/** Tells those who wait that something has changed; what it is, they look at themselves. */
export class ChangeSignal {
  private waiting: (() => void)[] = []

  /** Resolves at the next change. */
  next(): Promise<void> {
    return new Promise(resolve => this.waiting.push(resolve))
  }

  notify(): void {
    const { waiting } = this
    this.waiting = []
    for (const resolve of waiting) resolve()
  }
}
