import { type Check, type History, type LoggedRecord, recordsOf, type Violation } from './history.js'

/** How an event of the bank changes its account. */
function changeOf({ headers, fields }: LoggedRecord): number {
  const amount = Number(fields.amount)
  if (headers.type === 'bank.Deposited' || headers.type === 'bank.GivenBack') return amount
  return headers.type === 'bank.Withdrawn' ? -amount : 0
}

/** The rule that only one decision after another can keep: no account is ever below zero. */
export const noAccountIsOverdrawn: Check = history => {
  const balances = new Map<string, number>()
  const found: Violation[] = []
  for (const record of recordsOf(history, 'events')) {
    const change = changeOf(record)
    if (change === 0) continue
    const account = record.key ?? ''
    const balance = (balances.get(account) ?? 0) + change
    balances.set(account, balance)
    if (balance < 0) found.push({ text: `account ${account} stands at ${balance}`, record })
  }
  return found
}

/**
 * I7: at any moment the accounts and the open transfers hold together what came in less what went out. Shards have no common order; a moment is here all
 * events up to a millisecond (the nodes share a clock, and a deposit of a transfer is decided after its withdrawal has committed). How much a transfer
 * moves is taken from its start, not from the events that move it.
 */
export const moneyIsKeptAtAnyMoment: Check = history => {
  const amounts = new Map<string, number>()
  for (const { headers, fields } of recordsOf(history, 'events')) {
    if (headers.type === 'bank.TransferStarted') amounts.set(String(fields.transfer), Number(fields.amount))
  }
  const moved = recordsOf(history, 'events').filter(record => changeOf(record) !== 0)
  const events = moved.toSorted((a, b) => a.timestamp - b.timestamp)
  let inAccounts = 0
  let open = 0
  let outside = 0
  for (const [index, record] of events.entries()) {
    const change = changeOf(record)
    inAccounts += change
    const transfer = String(record.fields.transfer ?? '')
    if (transfer) open -= Math.sign(change) * (amounts.get(transfer) ?? 0)
    else outside += change
    const isMoment = events[index + 1]?.timestamp !== record.timestamp
    if (isMoment && (inAccounts + open !== outside || open < 0))
      return [{ text: `the accounts hold ${inAccounts}, open transfers ${open}, and ${outside} came in`, record }]
  }
  return []
}

/** I7: in the end the accounts hold what the clients were told: accepted deposits less accepted withdrawals. */
export const moneyIsWhatClientsWereTold: Check = history => {
  const inAccounts = recordsOf(history, 'events').reduce((sum, record) => sum + changeOf(record), 0)
  const told = history.commands.reduce((sum, command) => sum + toldBy(command), 0)
  return inAccounts === told ? [] : [{ text: `the accounts hold ${inAccounts}, and by the answers to clients it is ${told}` }]
}

function toldBy({ type, fields, answers }: History['commands'][number]): number {
  if (answers[0]?.outcome !== 'accepted' || type === 'Transfer') return 0
  return type === 'Deposit' ? Number(fields.amount) : -Number(fields.amount)
}

/** I6: every node's view says what the events say, and the same as a view that was made anew. */
export const viewsAreWhatTheLogSays: Check = history => {
  const expected = new Map<string, { balance: number; changes: number }>()
  for (const record of recordsOf(history, 'events')) {
    const change = changeOf(record)
    if (change === 0) continue
    const { balance, changes } = expected.get(record.key ?? '') ?? { balance: 0, changes: 0 }
    expected.set(record.key ?? '', { balance: balance + change, changes: changes + 1 })
  }
  return history.views.flatMap(({ node, balances, differences }) => [
    ...differences.map((difference): Violation => ({ text: `the view of ${node} differs from a fresh one: ${difference}` })),
    ...differencesToFold(node, balances, expected),
  ])
}

function differencesToFold(
  node: string,
  rows: History['views'][number]['balances'],
  expected: ReadonlyMap<string, { balance: number; changes: number }>,
): Violation[] {
  const found: Violation[] = []
  if (rows.length !== expected.size) found.push({ text: `the view of ${node} has ${rows.length} accounts, the log ${expected.size}` })
  for (const { account, balance, changes } of rows) {
    const right = expected.get(account)
    if (right?.balance === balance && right.changes === changes) continue
    found.push({ text: `the view of ${node} has ${account} at ${balance} after ${changes} changes, the log at ${right?.balance} after ${right?.changes}` })
  }
  return found
}
