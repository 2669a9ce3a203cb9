import { createApp, kafka } from 'ottla'
import { Account } from '../model.js'
import { deposit } from '../send-all.js'

/** The process that takeover.ts kills: owns the only shard and says so. */
const { BENCH_APP: name = '', BENCH_FOLDER: folder = '' } = process.env
const app = await createApp({ name, modules: [Account], shards: 1, log: kafka({ folder }) })
await deposit(app, 0)
process.send?.('owner')
process.on('disconnect', () => process.exit(1))
