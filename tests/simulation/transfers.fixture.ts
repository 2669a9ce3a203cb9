import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, reject, t } from '@ottla/core'
import { Compensate, Compensated, Completed, Saga, StartsOn, Step } from '@ottla/saga'

class Money<T> extends Message<T> {
  @Id() account!: string
  @Field(t.int) amount!: number
  @Field(t.string) transfer!: string
}

/** Puts money in from outside (`transfer` is empty) or out of a transfer; a closed account refuses it. */
@Command('bank.Deposit')
export class Deposit extends Money<Deposit> {}

/** Takes money to the outside or into a transfer; refused when it is not there. */
@Command('bank.Withdraw')
export class Withdraw extends Money<Withdraw> {}

/** Gives money of a transfer back where it came from: accepted also where nothing was withdrawn. */
@Command('bank.GiveBack')
export class GiveBack extends Money<GiveBack> {}

@Command('bank.Transfer')
export class Transfer extends Message<Transfer> {
  @Id() transfer!: string
  @Field() from!: string
  @Field() to!: string
  @Field(t.int) amount!: number
}

@Command('bank.EndTransfer')
export class EndTransfer extends Message<EndTransfer> {
  @Id() transfer!: string
  @Field() how!: string
}

@Event('bank.Deposited')
export class Deposited extends Money<Deposited> {}

@Event('bank.Withdrawn')
export class Withdrawn extends Money<Withdrawn> {}

@Event('bank.TransferStarted')
export class TransferStarted extends Message<TransferStarted> {
  @Field() transfer!: string
  @Field() from!: string
  @Field() to!: string
  @Field(t.int) amount!: number
}

@Event('bank.TransferEnded')
export class TransferEnded extends Message<TransferEnded> {
  @Field() transfer!: string
  @Field() how!: string
}

@Aggregate('account')
export class Account {
  balance = 0
  withdrawn: string[] = []

  @Handle(Deposit) deposit(command: Deposit) {
    if (command.account.startsWith('closed')) throw reject('closed')
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    if (command.amount > this.balance) throw reject('overdrawn', { balance: this.balance })
    return new Withdrawn({ ...command })
  }

  @Handle(GiveBack) giveBack(command: GiveBack) {
    if (this.withdrawn.includes(command.transfer)) return new Deposited({ ...command })
  }

  @Apply(Deposited) deposited({ amount, transfer }: Deposited) {
    this.balance += amount
    this.withdrawn = this.withdrawn.filter(other => other !== transfer)
  }

  @Apply(Withdrawn) onWithdrawn({ amount, transfer }: Withdrawn) {
    this.balance -= amount
    if (transfer) this.withdrawn.push(transfer)
  }
}

@Aggregate('transfer')
export class TransferOfMoney {
  status = 'none'

  @Handle(Transfer) start(command: Transfer) {
    if (this.status !== 'none') throw reject('exists')
    return new TransferStarted({ ...command })
  }

  @Handle(EndTransfer) end(command: EndTransfer) {
    if (this.status !== 'started') throw reject('not-open')
    return new TransferEnded({ ...command })
  }

  @Apply(TransferStarted) started() {
    this.status = 'started'
  }

  @Apply(TransferEnded) ended({ how }: TransferEnded) {
    this.status = how
  }
}

@Saga('move-money')
export class MoveMoney {
  transfer = ''
  from = ''
  to = ''
  amount = 0

  @StartsOn(TransferStarted) start({ transfer, from, to, amount }: TransferStarted) {
    Object.assign(this, { transfer, from, to, amount })
  }

  @Step({ timeout: '30s', retry: 5 }) withdraw() {
    return new Withdraw({ account: this.from, amount: this.amount, transfer: this.transfer })
  }

  @Compensate('withdraw') giveBack({ account, amount, transfer }: Withdraw) {
    return new GiveBack({ account, amount, transfer })
  }

  @Step({ timeout: '30s', retry: 5 }) deposit() {
    return new Deposit({ account: this.to, amount: this.amount, transfer: this.transfer })
  }

  @Completed() complete() {
    return new EndTransfer({ transfer: this.transfer, how: 'completed' })
  }

  @Compensated() undo() {
    return new EndTransfer({ transfer: this.transfer, how: 'compensated' })
  }
}
