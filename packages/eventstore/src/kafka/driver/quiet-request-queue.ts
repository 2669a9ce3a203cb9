/** What the patch needs of kafkajs's request queue, which holds the requests of one connection. */
interface RequestQueue {
  readonly enforceRequestTimeout: boolean
  readonly requestTimeout: number
  readonly pending: readonly unknown[]
  readonly inflight: ReadonlyMap<number, { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }>
  readonly isConnected: () => boolean
  sendSocketRequest(request: unknown): void
  scheduleCheckPendingRequests(): void
  destroy(): void
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript lets only such a constructor be extended
type RequestQueueClass = new (...options: any[]) => RequestQueue

/** What a queue tells of its connection. */
export interface QuietRequestQueue {
  /** Called when a request has got no answer in its time. */
  silent?: () => void
}

/**
 * kafkajs's request queue without timers while nothing waits for an answer. The original keeps a timer of 1 ms going for ever once it is
 * connected (3 to 5 % of a core, and a TimeoutNegativeWarning of Node 24; kafkajs #1556, #1704, #1751) and looks for timed out requests ten times a second.
 */
export function quietRequestQueue(Original: RequestQueueClass): RequestQueueClass {
  return class extends Original implements QuietRequestQueue {
    silent?: () => void
    private watch: NodeJS.Timeout | undefined

    /** The original looks from the connecting on; here it begins with the first request. */
    scheduleRequestTimeoutCheck(): void {}

    override sendSocketRequest(request: unknown): void {
      super.sendSocketRequest(request)
      if (this.enforceRequestTimeout && this.inflight.size > 0) this.watch ??= setInterval(() => this.endLate(), Math.min(this.requestTimeout, 100))
    }

    override scheduleCheckPendingRequests(): void {
      if (this.pending.length > 0) super.scheduleCheckPendingRequests()
    }

    override destroy(): void {
      super.destroy()
      clearInterval(this.watch)
      this.watch = undefined
    }

    private endLate(): void {
      const late = [...this.inflight.values()].filter(({ sentAt, requestTimeout }) => Date.now() - sentAt > requestTimeout)
      for (const request of late) request.timeoutRequest()
      if (late.length > 0) this.silent?.()
      if (this.inflight.size > 0 && this.isConnected()) return
      clearInterval(this.watch)
      this.watch = undefined
    }
  }
}
