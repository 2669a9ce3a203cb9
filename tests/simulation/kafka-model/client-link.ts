import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '@ottla/eventstore'

/** What clients ask a broker for. */
export type RequestKind = 'init' | 'produce' | 'offsets' | 'end' | 'send' | 'join' | 'leave' | 'describe' | 'admin'

/**
 * What becomes of a request: it works; it is lost on its way; its answer is lost after the effect; it arrives long after its client has given it
 * up; it arrives twice, as a client library that retries sends it.
 */
export type RequestFate = 'ok' | 'lost' | 'answer-lost' | 'late' | 'repeated'

/** The network between the clients and the broker, and what goes wrong in it. */
export interface Network {
  /** The clock of the brokers, which no client can stop. */
  readonly clock: Clock
  /** How long a client waits for an answer, in milliseconds. */
  readonly patience: number
  /** Decides about a request when it is about to be sent; may put its client to sleep or kill it, and then it is not sent yet, or never. */
  fate(client: ClientLink, kind: RequestKind): RequestFate
  /** How long one way takes, in milliseconds; 0 is a turn. */
  latency(): number
  isDown(): boolean
}

/** One client's way to the broker. A client can sleep (all of it stands still, as after SIGSTOP, while its requests are on their way) or die. */
export class ClientLink {
  private state: 'awake' | 'asleep' | 'dead' = 'awake'
  private closed = false
  private waiting: (() => void)[] = []
  private readonly watchers = new Set<(state: 'awake' | 'asleep' | 'dead') => void>()

  constructor(
    readonly client: string,
    readonly network: Network,
  ) {}

  get isAwake(): boolean {
    return this.state === 'awake'
  }

  get isDead(): boolean {
    return this.state === 'dead'
  }

  /** Whether the client gets anything from the broker now. */
  get isReachable(): boolean {
    return this.isAwake && !this.network.isDown()
  }

  sleep(): void {
    if (this.state === 'awake') this.become('asleep')
  }

  wake(): void {
    if (this.state !== 'asleep') return
    this.become('awake')
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  die(): void {
    if (this.state !== 'dead') this.become('dead')
  }

  close(): void {
    this.closed = true
  }

  /** Throws LOG_CLOSED. */
  requireOpen(): void {
    if (this.closed) throw eventstoreErrors.create('LOG_CLOSED', { log: this.client })
  }

  /** Calls `changed` when the client falls asleep, wakes up or dies; returns what ends that. */
  watch(changed: (state: 'awake' | 'asleep' | 'dead') => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** Runs `task` while the client is awake: now, when it wakes up, or never. */
  whenAwake(task: () => void): void {
    if (this.state === 'awake') task()
    else if (this.state === 'asleep') this.waiting.push(() => this.whenAwake(task))
  }

  /** Sends a request and gives its answer. Rejects with LOG_CLOSED, with LOG_UNAVAILABLE when no answer came, or with the broker's refusal. */
  async request<T>(kind: RequestKind, effect: () => T | Promise<T>): Promise<T> {
    await this.awake()
    this.requireOpen()
    const fate = this.network.fate(this, kind)
    await this.awake()
    if (fate === 'lost' || this.network.isDown()) return this.giveUp('the request was lost')
    if (fate === 'late') {
      this.network.clock.after(this.network.patience * 3, () => void attempt(effect))
      return this.giveUp('the answer did not come in time')
    }
    await this.travel()
    const answer = await attempt(effect)
    if (fate === 'repeated') await attempt(effect)
    if (fate === 'answer-lost') return this.giveUp('the answer was lost')
    await this.travel()
    await this.awake()
    if ('error' in answer) throw answer.error
    return answer.value
  }

  /** Resolves when the client is awake; never when it is dead. */
  private awake(): Promise<void> {
    return this.state === 'awake' ? Promise.resolve() : new Promise(resolve => this.whenAwake(resolve))
  }

  private async giveUp(error: string): Promise<never> {
    await new Promise<void>(resolve => this.network.clock.after(this.network.patience, resolve))
    await this.awake()
    throw eventstoreErrors.create('LOG_UNAVAILABLE', { log: this.client, error })
  }

  private travel(): Promise<void> {
    const milliseconds = this.network.latency()
    const { clock } = this.network
    return new Promise(resolve => void (milliseconds > 0 ? clock.after(milliseconds, resolve) : clock.nextTurn(resolve)))
  }

  private become(state: 'awake' | 'asleep' | 'dead'): void {
    this.state = state
    for (const watcher of [...this.watchers]) watcher(state)
  }
}

async function attempt<T>(effect: () => T | Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await effect() }
  } catch (error) {
    return { error }
  }
}
