import type { Random } from '../../simulation/random.js'
import type { ApiName } from './protocol-frames.js'

/**
 * What happens to one request: `lose request` cuts the connection before the broker sees it, `lose answer` after the broker has done it; `delay` holds it and
 * all later ones of its connection back; `late` cuts the connection, and the request reaches the broker all the same, later.
 */
export type Fault = { readonly kind: 'lose request' | 'lose answer' } | { readonly kind: 'delay' | 'late'; readonly milliseconds: number }

export type FaultKind = Fault['kind']

/** Decides what happens to requests, and counts it. */
export class ConnectionFaults {
  /** From 0 to 1: how many of the requests in `apis` get a fault. 0 where the network is whole. */
  rate = 0
  kinds: readonly FaultKind[] = ['lose request', 'lose answer', 'delay', 'late']
  apis: ReadonlySet<ApiName> = new Set([
    'Produce',
    'AddPartitionsToTxn',
    'AddOffsetsToTxn',
    'TxnOffsetCommit',
    'EndTxn',
    'InitProducerId',
    'OffsetFetch',
    'Fetch',
    'Heartbeat',
  ])
  /** The longest delay in milliseconds. */
  longestDelay = 4_000
  readonly counts = new Map<FaultKind, number>()
  private readonly once: { readonly api: ApiName; readonly fault: Fault }[] = []

  /** @param others decide where this one has nothing planned. */
  constructor(
    private readonly random: Random,
    private readonly others?: ConnectionFaults,
  ) {}

  get total(): number {
    return Array.from(this.counts.values()).reduce((sum, count) => sum + count, 0)
  }

  /** The next request of this kind gets this fault, whatever the rate is. */
  next(api: ApiName, fault: Fault): void {
    this.once.push({ api, fault })
  }

  faultFor(api: ApiName | undefined): Fault | undefined {
    if (api === undefined) return undefined
    const planned = this.once.findIndex(plan => plan.api === api)
    const fault = planned === -1 ? this.draw(api) : this.once.splice(planned, 1)[0]?.fault
    if (fault) this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1)
    return fault ?? this.others?.faultFor(api)
  }

  private draw(api: ApiName): Fault | undefined {
    // A fetch comes ten times a second from every reader: as often as the others it would be all that happens.
    const rate = api === 'Fetch' || api === 'Heartbeat' ? this.rate / 10 : this.rate
    if (!this.apis.has(api) || !this.random.chance(rate)) return undefined
    const kind = this.random.pick(this.kinds)
    if (kind === 'lose request' || kind === 'lose answer') return { kind }
    return { kind, milliseconds: 500 + this.random.below(this.longestDelay - 500) }
  }
}
