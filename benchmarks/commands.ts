import { type App, createApp, embedded } from 'ottla'
import { BareSqlite } from './bare-sqlite.js'
import { compare, inFolder, type Measurement } from './measure.js'
import { Account, Deposit } from './model.js'

const accounts = 500
const account = (index: number) => `account-${index % accounts}`

/** How many commands per second does the embedded log take, one after another and with 64 in flight? */
export function commands(): Promise<Measurement[]> {
  return inFolder(async folder => {
    const bare = new BareSqlite(folder)
    const app = await createApp({ name: 'bench', modules: [Account], log: embedded(`${folder}/data`) })
    try {
      const sequential = await compare(
        { what: 'commands, one after another', against: 'better-sqlite3, one row per commit', aim: 0.6 },
        () => send(app, 3_000, 1),
        () => bare.append(3_000, 1, account),
      )
      const concurrent = await compare(
        { what: 'commands, 64 in flight', against: 'better-sqlite3, 64 rows per commit', aim: 0.25 },
        () => send(app, 30_000, 64),
        () => bare.append(30_000, 64, account),
      )
      return [sequential, concurrent]
    } finally {
      await app.stop()
      bare.close()
    }
  })
}

/** Sends commands with `inFlight` of them under way at a time, and gives how many were decided per second. */
async function send(app: App, count: number, inFlight: number): Promise<number> {
  let next = 0
  const started = performance.now()
  const sender = async () => {
    while (next < count) {
      const index = next++
      const receipt = await app.send(new Deposit({ account: account(index), amount: 1, reference: `reference ${index}` }))
      if (receipt.outcome !== 'accepted') throw new Error(`A deposit was ${receipt.outcome}.`)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sender))
  return (count * 1000) / (performance.now() - started)
}
