import type { NodeEvents } from './bank-node.js'
import type { Finding } from './finding.js'
import type { ModelBroker } from './kafka-model/model-broker.js'
import type { Conditions } from './nemesis.js'
import { topics } from './progress.js'
import type { SimulatedClock } from './simulated-clock.js'
import { ViewNode } from './view-node.js'

export interface WatchOptions {
  readonly broker: ModelBroker
  readonly nemesis: Conditions
  readonly clock: SimulatedClock
  readonly folder: string
  readonly failed: (error: Error) => void
  /** Asked at each step of the view's process: whether it dies there. */
  readonly dies: () => boolean
}

/** Keeps a process with a view alive through a run, and notes where its offsets went back (I6). */
export class ViewWatch {
  readonly findings: Finding[] = []
  private readonly furthest = new Map<string, number>()
  private node: ViewNode | undefined
  /** How often its process began. */
  starts = 0
  private isOver = false

  constructor(private readonly options: WatchOptions) {
    this.start()
  }

  /** Whether the view has read everything that can be read. */
  get isUpToDate(): boolean {
    const { broker } = this.options
    this.look()
    for (let partition = 0; partition < broker.partitions(topics.events); partition++) {
      if ((this.furthest.get(`${topics.events}-${partition}`) ?? 0) < broker.end({ topic: topics.events, partition })) return false
    }
    return true
  }

  stop(): void {
    this.isOver = true
    this.node?.crash()
  }

  private start(): void {
    const { broker, clock, failed } = this.options
    if (this.isOver) return
    if (!broker.topics.has(topics.events)) return void clock.after(100, () => this.start())
    const events: NodeEvents = { ended: () => this.restart(), failed }
    const node = new ViewNode(`view.${++this.starts}`, { ...this.options, nemesis: this.conditions }, events)
    this.node = node
    node.start().then(
      () => this.look(),
      (error: Error) => node.failed(error),
    )
  }

  private restart(): void {
    this.look()
    this.node = undefined
    this.options.clock.after(500, () => this.start())
  }

  private get conditions(): Conditions {
    const { nemesis, dies } = this.options
    return {
      clock: nemesis.clock,
      patience: nemesis.patience,
      isRegistryDown: false,
      isDown: () => nemesis.isDown(),
      latency: () => nemesis.latency(),
      fate: (link, kind) => nemesis.fate(link, kind),
      step: victim => {
        nemesis.step(victim)
        if (dies()) victim.crash()
      },
    }
  }

  /** A node that has not begun yet has no positions. */
  private look(): void {
    for (const [partition, offset] of this.node?.positions ?? []) {
      const before = this.furthest.get(partition) ?? 0
      if (offset < before) this.findings.push({ invariant: 'I6', what: `the view went back from ${before} to ${offset} in ${partition}` })
      this.furthest.set(partition, Math.max(before, offset))
    }
  }
}
