import { createApp, embedded } from 'ottla'
import { compare, inFolder, type Measurement } from '../measure.js'
import { Account, Deposit } from '../model.js'
import { BareSqlite } from './bare-sqlite.js'

const events = 10_000

/** How fast is the state of an aggregate of 10,000 events folded out of the log? */
export function rehydration(): Promise<Measurement[]> {
  return inFolder(async folder => {
    const bare = new BareSqlite(folder)
    const app = await createApp({ name: 'bench', modules: [Account], log: embedded(`${folder}/data`) })
    try {
      bare.append(events, 1_000, () => 'account-1')
      for (let sent = 0; sent < events; sent += 500) {
        await Promise.all(
          Array.from({ length: 500 }, (_, index) => app.send(new Deposit({ account: 'account-1', amount: 1, reference: `reference ${sent + index}` }))),
        )
      }
      const fold = async () => {
        const started = performance.now()
        const { state, version } = await app.state(Account, 'account-1')
        if (version !== events || state.balance !== events) throw new Error(`Folded ${version} events to ${state.balance}.`)
        return (events * 1000) / (performance.now() - started)
      }
      const about = { what: 'rehydration of 10,000 events', against: 'select json … and JSON.parse', aim: { atLeast: 1 }, rounds: 60 }
      return [await compare(about, fold, () => bare.read('account-1'))]
    } finally {
      await app.stop()
      bare.close()
    }
  })
}
