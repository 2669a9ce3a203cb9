import { createApp, embedded } from 'ottla'
import { compare, inFolder, type Measurement } from '../measure.js'
import { Account } from '../model.js'
import { account, sendAll } from '../send-all.js'
import { BareSqlite } from './bare-sqlite.js'

/** How many commands per second does the embedded log take, one after another and with 64 in flight? */
export function commands(): Promise<Measurement[]> {
  return inFolder(async folder => {
    const bare = new BareSqlite(folder)
    const app = await createApp({ name: 'bench', modules: [Account], log: embedded(`${folder}/data`) })
    try {
      const sequential = await compare(
        { what: 'commands, one after another', against: 'better-sqlite3, one row per commit', aim: { atLeast: 0.6 } },
        () => sendAll(app, 3_000, 1),
        () => bare.append(3_000, 1, account),
      )
      const concurrent = await compare(
        { what: 'commands, 64 in flight', against: 'better-sqlite3, 64 rows per commit', aim: { atLeast: 0.25 } },
        () => sendAll(app, 30_000, 64),
        () => bare.append(30_000, 64, account),
      )
      return [sequential, concurrent]
    } finally {
      await app.stop()
      bare.close()
    }
  })
}
