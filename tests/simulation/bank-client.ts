import { isOttlaError } from '@ottla/core'
import type { Asked } from './asked.js'
import type { BankNode } from './bank-node.js'
import type { Random } from './random.js'
import type { SimulatedClock } from './simulated-clock.js'
import { Deposit, Transfer, Withdraw } from './transfers.fixture.js'

export interface BankClientOptions {
  readonly random: Random
  readonly clock: SimulatedClock
  readonly asked: Map<string, Asked>
  readonly failures: Error[]
  readonly node: () => BankNode | undefined
  /** Whether it may begin with another command. */
  readonly goesOn: () => boolean
}

const accounts = ['a', 'b', 'c', 'closed-d']

/** Sends one command after another to any node, and each of them until it has its answer, always with the same id. */
export class BankClient {
  private count = 0

  constructor(
    private readonly name: string,
    private readonly options: BankClientOptions,
  ) {}

  async play(commands: number): Promise<void> {
    const { random } = this.options
    for (let sent = 0; sent < commands && this.options.goesOn(); sent++) {
      const id = `${this.name}-${this.count++}`
      const asked: Asked = { command: this.newCommand(id), attempts: 0, receipts: [] }
      this.options.asked.set(id, asked)
      await this.ask(id, asked)
      // Some ask again although they have their answer: it must be the same one.
      if (random.chance(0.15)) await this.ask(id, asked)
      if (random.chance(0.2)) await this.wait(random.below(random.chance(0.3) ? 40_000 : 1_000))
    }
  }

  private async ask(id: string, asked: Asked): Promise<void> {
    for (;;) {
      asked.attempts++
      const isAnswered = await this.attempt(id, asked)
      if (isAnswered) return
      await this.wait(1 + this.options.random.below(500))
    }
  }

  /** Whether there was an answer within the time that this client has. One that comes later counts as told, too. */
  private async attempt(id: string, asked: Asked): Promise<boolean> {
    const node = this.options.node()
    if (!node) return false
    const answer = node.send(asked.command, { id, timeout: 4_000 }).then(
      receipt => {
        asked.receipts.push(receipt)
        return true
      },
      (error: Error) => {
        if (!isOttlaError(error) || !error.retriable) this.options.failures.push(error)
        return false
      },
    )
    let cancel = () => {}
    const tooLate = new Promise<boolean>(resolve => {
      cancel = this.options.clock.after(6_000, () => resolve(false))
    })
    return Promise.race([answer, tooLate]).finally(() => cancel())
  }

  private newCommand(id: string): object {
    const { random } = this.options
    const amount = 1 + random.below(20)
    const kind = random.below(10)
    if (kind < 4) return new Deposit({ account: random.pick(accounts), amount: amount * 2, transfer: '' })
    if (kind < 5) return new Withdraw({ account: random.pick(accounts), amount, transfer: '' })
    return new Transfer({ transfer: `t-${id}`, from: random.pick(accounts), to: random.pick(accounts), amount })
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.options.clock.after(milliseconds, resolve))
  }
}
