import { Aggregate, Apply, Command, Compensate, Compensated, Completed, Event, Field, Handle, Id, Message, reject, Saga, StartsOn, Step, t } from 'ottla'

class Money<T> extends Message<T> {
  @Id() account!: string
  @Field(t.int) amount!: number
  /** The transfer that the money belongs to; empty where it comes from outside or goes there. */
  @Field(t.string) transfer!: string
}

/** Puts money in; a closed account refuses it. */
@Command('bank.Deposit')
export class Deposit extends Money<Deposit> {}

/** Takes money out; refused when it is not there. */
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

@Event('bank.GivenBack')
export class GivenBack extends Money<GivenBack> {}

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
  /** Transfers whose money was taken from here and not given back. */
  taken: string[] = []

  @Handle(Deposit) deposit(command: Deposit) {
    if (command.account.startsWith('closed')) throw reject('closed')
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    if (command.amount > this.balance) throw reject('overdrawn', { balance: this.balance })
    return new Withdrawn({ ...command })
  }

  @Handle(GiveBack) giveBack(command: GiveBack) {
    if (this.taken.includes(command.transfer)) return new GivenBack({ ...command })
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.balance += amount
  }

  @Apply(Withdrawn) withdrawn({ amount, transfer }: Withdrawn) {
    this.balance -= amount
    // The last ones are enough: a transfer is undone soon or never, and the state stays small.
    if (transfer) this.taken = [...this.taken, transfer].slice(-200)
  }

  @Apply(GivenBack) givenBack({ amount, transfer }: GivenBack) {
    this.balance += amount
    this.taken = this.taken.filter(other => other !== transfer)
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

/** Patient enough for every outage of a run: what cannot be undone is never given up. */
const patient = { timeout: '8s', retry: 200 } as const

@Saga('move-money')
export class MoveMoney {
  transfer = ''
  from = ''
  to = ''
  amount = 0

  @StartsOn(TransferStarted) start({ transfer, from, to, amount }: TransferStarted) {
    Object.assign(this, { transfer, from, to, amount })
  }

  /** Gives up soon, so that runs also see what is undone after a timeout. */
  @Step({ timeout: '6s', retry: 2 }) withdraw() {
    return new Withdraw({ account: this.from, amount: this.amount, transfer: this.transfer })
  }

  @Compensate('withdraw', patient) giveBack({ account, amount, transfer }: Withdraw) {
    return new GiveBack({ account, amount, transfer })
  }

  @Step(patient) deposit() {
    return new Deposit({ account: this.to, amount: this.amount, transfer: this.transfer })
  }

  @Completed(patient) complete() {
    return new EndTransfer({ transfer: this.transfer, how: 'completed' })
  }

  @Compensated(patient) undo() {
    return new EndTransfer({ transfer: this.transfer, how: 'compensated' })
  }
}
