import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, reject, t } from '@ottla/core'

@Command('bank.Deposit')
export class Deposit extends Message<Deposit> {
  @Id() account!: string
  @Field(t.int) amount!: number
}

@Command('bank.Withdraw')
export class Withdraw extends Message<Withdraw> {
  @Id() account!: string
  @Field(t.int) amount!: number
}

/** Is accepted and changes nothing. */
@Command('bank.Look')
export class Look extends Message<Look> {
  @Id() account!: string
}

/** Breaks in the handler or in `@Apply`, as `how` says. */
@Command('bank.Break')
export class Break extends Message<Break> {
  @Id() account!: string
  @Field() how!: string
}

@Event('bank.Deposited')
export class Deposited extends Message<Deposited> {
  @Field() account!: string
  @Field(t.int) amount!: number
}

@Event('bank.Withdrawn')
export class Withdrawn extends Message<Withdrawn> {
  @Field() account!: string
  @Field(t.int) amount!: number
}

@Event('bank.Broken')
export class Broken extends Message<Broken> {
  @Field() how!: string
}

@Aggregate('account')
export class Account {
  balance = 0
  history: { kind: string; amount: number }[] = []
  payees = new Map<string, number>()

  @Handle(Deposit) deposit(command: Deposit) {
    return new Deposited({ ...command })
  }

  @Handle(Withdraw) withdraw(command: Withdraw) {
    if (command.amount > this.balance) throw reject('overdrawn', { balance: this.balance })
    return new Withdrawn({ ...command })
  }

  @Handle(Look) look() {}

  @Handle(Break) break({ how }: Break) {
    if (how === 'assigns') this.balance = 1_000_000
    if (how === 'pushes') this.history.push({ kind: 'stolen', amount: 1 })
    if (how === 'sets') this.payees.set('thief', 1)
    if (how === 'throws') throw new Error('broken')
    if (how === 'waits') return Promise.resolve(new Broken({ how })) as never
    return new Broken({ how })
  }

  @Apply(Deposited) deposited({ amount }: Deposited) {
    this.balance += amount
    this.history.push({ kind: 'deposit', amount })
  }

  @Apply(Withdrawn) withdrawn({ amount }: Withdrawn) {
    this.balance -= amount
    this.history.push({ kind: 'withdrawal', amount })
  }

  @Apply(Broken) broken({ how }: Broken) {
    this.balance = -1
    if (how === 'apply') throw new Error('cannot apply')
  }
}

/** Its labels are a map: what is the same in another order is the same command. */
@Command('bank.Label')
export class Label extends Message<Label> {
  @Id() account!: string
  @Field(t.map(t.string)) labels!: Record<string, string>
}

@Event('bank.Labelled')
export class Labelled extends Message<Labelled> {
  @Field(t.map(t.string)) labels!: Record<string, string>
}

@Aggregate('labels')
export class Labels {
  labels: Record<string, string> = {}

  @Handle(Label) label({ labels }: Label) {
    return new Labelled({ labels })
  }

  @Apply(Labelled) labelled({ labels }: Labelled) {
    this.labels = labels
  }
}
