import { defineConfig, embedded } from 'ottla'
import { modules, name } from './order-saga.js'

/** For the `ottla` command, which needs the projections to rebuild a view: `ottla replay revenue --config …/dist/ottla.config.js`. */
export default defineConfig({ name, modules, log: embedded('data') })
