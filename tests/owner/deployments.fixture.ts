import { Aggregate, Apply, Event, Field, Handle, Message, t } from '@ottla/core'
import { Deposit, Deposited, Withdraw, Withdrawn } from './bank.fixture.js'

/** An event that older code of the account does not know. */
@Event('bank.Closed')
export class Closed extends Message<Closed> {
  @Field(t.string) account!: string
}

/** The account after a deployment: its state has another shape and version, and it closes when all is withdrawn. */
@Aggregate('account', { stateVersion: 2 })
export class NewAccount {
  movements: number[] = []
  isClosed = false

  @Handle(Deposit) deposit(command: Deposit) {
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    const balance = this.movements.reduce((sum, amount) => sum + amount, 0)
    const withdrawn = new Withdrawn({ ...command })
    return balance === command.amount ? [withdrawn, new Closed({ account: command.account })] : [withdrawn]
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.movements.push(amount)
  }

  @Apply(Withdrawn) withdrawn({ amount }: Withdrawn) {
    this.movements.push(-amount)
  }

  @Apply(Closed) closed() {
    this.isClosed = true
  }
}

/** The same before it could be closed: its states are of the same shape, but it does not know that event. */
@Aggregate('account', { stateVersion: 2 })
export class OpenAccount {
  movements: number[] = []
  isClosed = false

  @Handle(Deposit) deposit(command: Deposit) {
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    return new Withdrawn({ ...command })
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.movements.push(amount)
  }

  @Apply(Withdrawn) withdrawn({ amount }: Withdrawn) {
    this.movements.push(-amount)
  }
}

/** The account after another deployment: what a state holds has changed once more. */
@Aggregate('account', { stateVersion: 3 })
export class NewerAccount {
  total = { in: 0, out: 0 }

  @Handle(Deposit) deposit(command: Deposit) {
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    const withdrawn = new Withdrawn({ ...command })
    return this.total.in - this.total.out === command.amount ? [withdrawn, new Closed({ account: command.account })] : [withdrawn]
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.total.in += amount
  }

  @Apply(Withdrawn) withdrawn({ amount }: Withdrawn) {
    this.total.out += amount
  }

  @Apply(Closed) closed() {}
}

/** The account as it was when it knew deposits and withdrawals only. */
@Aggregate('account')
export class OlderAccount {
  balance = 0

  @Handle(Deposit) deposit(command: Deposit) {
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    return new Withdrawn({ ...command })
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.balance += amount
  }

  @Apply(Withdrawn) withdrawn({ amount }: Withdrawn) {
    this.balance -= amount
  }
}
