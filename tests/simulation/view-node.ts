import { isOttlaError } from '@ottla/core'
import { partitionKey } from '@ottla/eventstore'
import { ProjectionRunner } from '@ottla/projections'
import { balances } from './balances.fixture.js'
import { bankCodec } from './bank-codec.js'
import type { NodeEvents } from './bank-node.js'
import type { ClientLink } from './kafka-model/client-link.js'
import type { ModelBroker } from './kafka-model/model-broker.js'
import { ModelLog } from './kafka-model/model-log.js'
import type { Conditions, Victim } from './nemesis.js'
import { clockOf, linkOf } from './process-life.js'
import { topics } from './progress.js'

/** A process that keeps a view of the bank in a folder, and is struck at any step like all others. */
export class ViewNode implements Victim {
  readonly link: ClientLink
  private readonly runner: ProjectionRunner

  constructor(
    readonly name: string,
    { broker, nemesis, folder }: { readonly broker: ModelBroker; readonly nemesis: Conditions; readonly folder: string },
    private readonly events: NodeEvents,
  ) {
    this.link = linkOf(name, nemesis, () => this)
    const clock = clockOf(this, nemesis)
    const log = new ModelLog(broker, this.link, clock)
    this.runner = new ProjectionRunner({
      definition: balances,
      log,
      codec: bankCodec,
      topics: [topics.events],
      folder,
      clock,
      failed: error => this.failed(error),
    })
  }

  /** Begins to read, and tells where it begins. */
  async start(): Promise<void> {
    await this.runner.start()
  }

  /** The offsets that it reads next, by partition. */
  get positions(): ReadonlyMap<string, number> {
    return new Map(this.runner.position.map(at => [partitionKey(at), at.offset]))
  }

  expel(): void {}

  stop(): void {
    this.crash()
  }

  crash(): void {
    if (this.link.isDead) return
    this.link.die()
    // Its transaction under way is over when the step is; what comes later waits for ever for the dead link.
    this.runner.stop().catch(() => undefined)
    this.events.ended()
  }

  failed(error: Error): void {
    if (this.link.isDead) return
    if (!isOttlaError(error) || !error.retriable) this.events.failed(error)
    this.crash()
  }
}
