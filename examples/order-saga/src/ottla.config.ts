import { defineConfig, embedded, kafka } from 'ottla'
import { modules, name } from './order-saga.js'

/** For the `ottla` command, which needs the projections to rebuild a view: `ottla replay revenue --config …/dist/ottla.config.js`. */
const log = process.env.KAFKA_BROKERS ? kafka({ folder: 'data-kafka' }) : embedded('data')

export default defineConfig({ name, modules, log })
