import type { ClientLink, Network, RequestFate, RequestKind } from './kafka-model/client-link.js'
import type { Random } from './random.js'
import type { SimulatedClock } from './simulated-clock.js'

/** Everything that goes wrong in a run. Each kind must happen over the seeds: one that never does proves nothing. */
export const faultKinds = [
  'crash',
  'store lost',
  'stall',
  'zombie',
  'expel',
  'rolling restart',
  'request lost',
  'answer lost',
  'request late',
  'request repeated',
  'late marker',
  'transaction timed out',
  'broker down',
  'registry down',
  'snapshots compacted',
] as const

export type FaultKind = (typeof faultKinds)[number]

export type Faults = Record<FaultKind, number>

/** How far its faults reach into a node. */
export interface Victim {
  readonly name: string
  readonly link: ClientLink
  crash(): void
  stop(): void
  expel(): void
}

/** What a node meets: the network, and what may strike it at each of its steps. */
export interface Conditions extends Network {
  readonly isRegistryDown: boolean
  /** A step of a node: it may be its last one. */
  step(victim: Victim): void
}

/** What of the cluster it can reach beyond the requests. */
export interface Reach {
  /** Called whenever the broker can be reached again. */
  healed(): void
  /** Cleans the compacted topics; gives how many records that removed. */
  compact(): number
}

export const sessionTimeout = 6_000

/** How often, from one seed to the next: each seed has a temper of its own, so that some runs have one kind of fault only. */
interface Temper {
  /** A node is struck about once in so many of its steps. */
  readonly every: number
  /** The part of the requests that fare ill. */
  readonly requests: number
  readonly markers: number
  readonly strikes: readonly ((victim: Victim) => void)[]
}

/** What breaks the cluster of one run, decided by its seed at every step of every node: each turn, timer and request is one. */
export class Nemesis implements Conditions {
  readonly patience = 1_000
  readonly counts = Object.fromEntries(faultKinds.map(kind => [kind, 0])) as Faults
  /** What it did, and when: milliseconds from the start of the run. */
  readonly log: string[] = []
  private active = true
  private down = false
  private registryDown = false
  private left: number
  private readonly begun: number
  private readonly temper: Temper
  private reach: Reach = { healed: () => {}, compact: () => 0 }

  constructor(
    private readonly random: Random,
    readonly clock: SimulatedClock,
  ) {
    this.begun = clock.now()
    const strikes: readonly ((victim: Victim) => void)[] = [
      victim => this.crash(victim),
      victim => this.stall(victim),
      victim => this.expel(victim),
      victim => this.restart(victim),
      () => this.takeBrokerDown(),
      () => this.takeRegistryDown(),
      () => this.compact(),
    ]
    this.temper = {
      every: random.pick([60, 150, 400]),
      requests: random.pick([0, 0.01, 0.04]),
      markers: random.pick([0, 0.1, 0.5]),
      strikes: random.chance(0.7) ? strikes : [random.pick(strikes)],
    }
    this.left = random.below(this.temper.every)
  }

  get isActive(): boolean {
    return this.active
  }

  get isRegistryDown(): boolean {
    return this.registryDown
  }

  isDown(): boolean {
    return this.down
  }

  reaches(reach: Reach): void {
    this.reach = reach
  }

  step(victim: Victim): void {
    if (!this.active || !victim.link.isAwake || --this.left > 0) return
    this.left = 1 + this.random.below(2 * this.temper.every)
    this.random.pick(this.temper.strikes)(victim)
  }

  fate({ client }: ClientLink, kind: RequestKind): RequestFate {
    if (!this.active || !this.random.chance(this.temper.requests)) return 'ok'
    const fate = this.random.pick<RequestFate>(['lost', 'answer-lost', 'late', 'repeated'])
    // A join that is repeated or late is another member: that is what `lost` and its ghost are for.
    if ((fate === 'late' || fate === 'repeated') && (kind === 'join' || kind === 'init')) return 'ok'
    const fault = ({ lost: 'request lost', 'answer-lost': 'answer lost', late: 'request late', repeated: 'request repeated', ok: 'request lost' } as const)[
      fate
    ]
    this.note(fault, `${client} ${kind}`)
    return fate
  }

  latency(): number {
    return this.random.chance(0.2) ? this.random.below(20) : 0
  }

  markerDelay(): number {
    if (!this.active || !this.random.chance(this.temper.markers)) return 0
    const delay = 1 + this.random.below(this.random.chance(0.1) ? 5_000 : 50)
    this.note('late marker', `${delay} ms`)
    return delay
  }

  transactionTimeout(): number {
    return this.random.pick([2_000, 10_000])
  }

  timedOut(writer: string): void {
    this.note('transaction timed out', writer)
  }

  note(kind: FaultKind, about: string): void {
    this.counts[kind]++
    this.log.push(`${this.clock.now() - this.begun} ms: ${kind} (${about})`)
  }

  /** From now on nothing goes wrong any more, and what was cut is whole again. */
  rest(): void {
    this.active = false
    this.down = false
    this.registryDown = false
    this.log.push(`${this.clock.now() - this.begun} ms: the faults end`)
    this.reach.healed()
  }

  private crash(victim: Victim): void {
    this.note('crash', victim.name)
    victim.crash()
  }

  private stall(victim: Victim): void {
    const time = this.random.pick([300, 3_000, 9_000, 25_000])
    this.note(time > sessionTimeout ? 'zombie' : 'stall', `${victim.name} for ${time} ms`)
    victim.link.sleep()
    this.clock.after(time, () => victim.link.wake())
  }

  private expel(victim: Victim): void {
    this.note('expel', victim.name)
    victim.expel()
  }

  private restart(victim: Victim): void {
    this.note('rolling restart', victim.name)
    victim.stop()
  }

  private takeBrokerDown(): void {
    if (this.down) return
    const time = this.random.pick([400, 4_000])
    this.note('broker down', `for ${time} ms`)
    this.down = true
    this.clock.after(time, () => {
      this.down = false
      this.reach.healed()
    })
  }

  private takeRegistryDown(): void {
    if (this.registryDown) return
    const time = this.random.pick([1_000, 10_000])
    this.note('registry down', `for ${time} ms`)
    this.registryDown = true
    this.clock.after(time, () => {
      this.registryDown = false
    })
  }

  private compact(): void {
    const removed = this.reach.compact()
    if (removed > 0) this.note('snapshots compacted', `${removed} records`)
  }
}
