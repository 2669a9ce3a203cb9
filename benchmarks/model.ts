import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, t } from 'ottla'

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
