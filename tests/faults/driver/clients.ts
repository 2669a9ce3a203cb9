import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../../simulation/random.js'
import type { BankNode } from './bank-node.js'
import type { Asked, NoAnswer } from './bank-process.js'
import type { BankRun } from './bank-run.js'

const accounts = [...Array.from({ length: 24 }, (_, n) => `account-${n}`), 'closed-1', 'closed-2']

/** How long a client waits for one node before it asks another, in milliseconds. */
const patience = 3_000

/** Clients of the bank: each asks one thing after another, and asks again with the same id, at any node, until it has its answer. */
export class Clients {
  private readonly clients: Promise<void>[] = []
  private isOpen = true
  private count = 0
  private readonly random: Random

  constructor(
    private readonly run: BankRun,
    /** Between two commands of a client, in milliseconds, on average. */
    private readonly pause = 40,
  ) {
    this.random = new Random(run.options.seed + 2)
  }

  open(count: number): void {
    for (let n = 0; n < count; n++) this.clients.push(this.client())
  }

  /** Resolves when every client has the answer to what it asked last, at most `limit` milliseconds from now. */
  async close(limit = 60_000): Promise<void> {
    this.isOpen = false
    const waited = new AbortController()
    await Promise.race([Promise.all(this.clients), delay(limit, undefined, { signal: waited.signal }).catch(() => undefined)])
    waited.abort()
  }

  /** Many commands at once at one node: what a zombie wakes up with. They are asked at others later. */
  burst(node: BankNode, count: number): void {
    for (let n = 0; n < count; n++) this.clients.push(this.ask(this.newCommand(), node))
  }

  private async client(): Promise<void> {
    while (this.isOpen) {
      const command = this.newCommand()
      await this.ask(command)
      // Some ask again although they have their answer: it must be the same one.
      if (this.random.chance(0.05)) await this.ask(command)
      await delay(this.random.below(2 * this.pause))
    }
  }

  private async ask(command: Asked, first?: BankNode): Promise<void> {
    this.run.ask(command)
    for (let node = first; ; node = undefined) {
      node ??= this.anyNode()
      const process = node?.process
      try {
        if (process?.isReady) return void (await process.send(command, patience))
      } catch (error) {
        const { code, retriable, message } = error as NoAnswer
        this.run.counts.add(`asked again after ${code}`)
        if (!retriable) return this.run.broken(node?.name ?? 'a node', `${command.id} was refused for good: ${message}`)
      }
      if (this.run.isClosed) return
      await delay(20 + this.random.below(200))
    }
  }

  private anyNode(): BankNode | undefined {
    const ready = this.run.everyNode.filter(({ isReady }) => isReady)
    return ready.length > 0 ? this.random.pick(ready) : undefined
  }

  private newCommand(): Asked {
    const id = `c${this.count++}`
    const { random } = this
    const amount = 1 + random.below(30)
    const account = random.pick(accounts)
    const kind = random.below(10)
    if (kind < 4) return { id, type: 'Deposit', fields: { account, amount: amount * 2, transfer: '' } }
    if (kind < 6) return { id, type: 'Withdraw', fields: { account, amount: amount * 2, transfer: '' } }
    return { id, type: 'Transfer', fields: { transfer: `t-${id}`, from: account, to: random.pick(accounts), amount } }
  }
}
