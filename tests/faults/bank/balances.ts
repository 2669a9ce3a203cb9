import { On, Projection, View } from 'ottla'
import { Deposited, GivenBack, TransferEnded, TransferStarted, Withdrawn } from './domain.js'

/** Rows of one account or transfer, and sums over all of them, which commute. */
@Projection('balances', {
  schema: `create table balances (account text primary key, balance integer not null, changes integer not null);
           create table transfers (transfer text primary key, amount integer not null, how text);
           create table totals (name text primary key, amount integer not null);`,
})
export class Balances {
  @On(Deposited) deposited({ account, amount, transfer }: Deposited, view: View) {
    change(view, account, amount)
    if (!transfer) add(view, 'deposits', amount)
  }

  @On(Withdrawn) withdrawn({ account, amount, transfer }: Withdrawn, view: View) {
    change(view, account, -amount)
    if (!transfer) add(view, 'withdrawals', amount)
  }

  @On(GivenBack) givenBack({ account, amount }: GivenBack, view: View) {
    change(view, account, amount)
  }

  @On(TransferStarted) started({ transfer, amount }: TransferStarted, view: View) {
    view.insert('transfers', { transfer, amount })
  }

  @On(TransferEnded) ended({ transfer, how }: TransferEnded, view: View) {
    view.update('transfers', transfer, { how })
  }
}

function change(view: View, account: string, amount: number): void {
  const known = view.get<{ balance: number; changes: number }>('select balance, changes from balances where account = ?', account)
  view.upsert('balances', { account, balance: (known?.balance ?? 0) + amount, changes: (known?.changes ?? 0) + 1 })
}

function add(view: View, name: string, amount: number): void {
  const known = view.get<{ amount: number }>('select amount from totals where name = ?', name)
  view.upsert('totals', { name, amount: (known?.amount ?? 0) + amount })
}
