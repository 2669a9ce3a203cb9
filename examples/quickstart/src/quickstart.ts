import { Aggregate, Apply, Command, createApp, Event, embedded, Field, Handle, Id, Message, On, Projection, reject, t, type View } from 'ottla'

@Command('bank.Withdraw')
class Withdraw extends Message<Withdraw> {
  @Id() account!: string
  @Field(t.int) amount!: number
}

@Event('bank.Withdrawn')
class Withdrawn extends Message<Withdrawn> {
  @Field() account!: string
  @Field(t.int) amount!: number
}

@Aggregate('account')
class Account {
  balance = 100
  @Handle(Withdraw) withdraw(command: Withdraw) {
    if (command.amount > this.balance) throw reject('overdrawn', { balance: this.balance })
    return new Withdrawn({ ...command })
  }
  @Apply(Withdrawn) withdrawn({ amount }: Withdrawn) {
    this.balance -= amount
  }
}

@Projection('balances', { schema: 'create table balances (account text primary key, balance integer)' })
class Balances {
  @On(Withdrawn) withdrawn({ account, amount }: Withdrawn, view: View) {
    view.run('insert into balances values (?, 100 - ?) on conflict do update set balance = balance - ?', account, amount, amount)
  }
}

const app = await createApp({ name: 'bank', modules: [Account, Balances], log: embedded('./bank-data') })
await app.send(new Withdraw({ account: 'ada', amount: 60 }), { id: 'first' })
const receipt = await app.send(new Withdraw({ account: 'ada', amount: 60 }), { id: 'second' })
const view = await app.view(Balances, { after: receipt })
console.log(receipt.outcome, view.get('select * from balances where account = ?', 'ada'))
await app.stop()
