import { on, projection, type View } from '@ottla/projections'
import { Deposited, TransferEnded, TransferStarted, Withdrawn } from './transfers.fixture.js'

/** An account's events come from one shard; the sums over all accounts are the same in any order. An event that counts twice or not at all changes a row. */
export const balances = projection({
  name: 'balances',
  schema: `
    create table accounts (id text primary key, balance integer not null, events integer not null);
    create table totals (type text primary key, amount integer not null, events integer not null);`,
  on: [
    on(Deposited, ({ account, amount }, view) => move(view, 'deposited', account, amount)),
    on(Withdrawn, ({ account, amount }, view) => move(view, 'withdrawn', account, -amount)),
    on(TransferStarted, ({ amount }, view) => count(view, 'started', amount)),
    on(TransferEnded, ({ how }, view) => count(view, how, 0)),
  ],
})

function move(view: View, type: string, account: string, change: number): void {
  const known = view.get<{ balance: number; events: number }>('select balance, events from accounts where id = ?', account)
  view.upsert('accounts', { id: account, balance: (known?.balance ?? 0) + change, events: (known?.events ?? 0) + 1 })
  count(view, type, change)
}

function count(view: View, type: string, amount: number): void {
  const known = view.get<{ amount: number; events: number }>('select amount, events from totals where type = ?', type)
  view.upsert('totals', { type, amount: (known?.amount ?? 0) + amount, events: (known?.events ?? 0) + 1 })
}
