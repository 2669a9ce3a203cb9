import { Aggregate, Apply, Command, Compensate, Compensated, Completed, Event, Field, Handle, Id, Message, Saga, StartsOn, Step, t } from 'ottla'

/** The model of the benchmarks: one small event per command, as in a real counter of stock or money. */
@Command('bench.Deposit')
export class Deposit extends Message<Deposit> {
  @Id() account!: string
  @Field(t.int) amount!: number
  @Field() reference!: string
}

@Event('bench.Deposited')
export class Deposited extends Message<Deposited> {
  @Field() account!: string
  @Field(t.int) amount!: number
  @Field() reference!: string
}

@Aggregate('account')
export class Account {
  balance = 0
  deposits = 0

  @Handle(Deposit) deposit(command: Deposit) {
    return new Deposited({ ...command })
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.balance += amount
    this.deposits++
  }
}

/** Moves an amount from one account to another; its saga goes over three shards and back. */
@Command('bench.Transfer')
export class Transfer extends Message<Transfer> {
  @Id() transfer!: string
  @Field() from!: string
  @Field() to!: string
}

@Command('bench.EndTransfer')
export class EndTransfer extends Message<EndTransfer> {
  @Id() transfer!: string
}

@Event('bench.TransferStarted')
export class TransferStarted extends Message<TransferStarted> {
  @Field() transfer!: string
  @Field() from!: string
  @Field() to!: string
}

@Event('bench.TransferEnded')
export class TransferEnded extends Message<TransferEnded> {
  @Field() transfer!: string
}

@Aggregate('transfer')
export class TransferOfMoney {
  hasStarted = false

  @Handle(Transfer) start(command: Transfer) {
    return new TransferStarted({ ...command })
  }

  @Handle(EndTransfer) end(command: EndTransfer) {
    return new TransferEnded({ ...command })
  }

  @Apply(TransferStarted) started() {
    this.hasStarted = true
  }

  @Apply(TransferEnded) ended() {
    this.hasStarted = false
  }
}

@Saga('move-money')
export class MoveMoney {
  transfer = ''
  from = ''
  to = ''

  @StartsOn(TransferStarted) start({ transfer, from, to }: TransferStarted) {
    Object.assign(this, { transfer, from, to })
  }

  @Step() take() {
    return new Deposit({ account: this.from, amount: -1, reference: this.transfer })
  }

  @Compensate('take') giveBack(taken: Deposit) {
    return new Deposit({ ...taken, amount: 1 })
  }

  @Step() give() {
    return new Deposit({ account: this.to, amount: 1, reference: this.transfer })
  }

  @Completed() end() {
    return new EndTransfer({ transfer: this.transfer })
  }

  @Compensated() undone() {
    return new EndTransfer({ transfer: this.transfer })
  }
}
