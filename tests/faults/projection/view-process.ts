import { ProjectionRunner } from '@ottla/projections'
import { orders } from '../../projections/shop.js'
import { openKafkaShop } from './kafka-shop.js'

// Keeps a view of the shop, and says when it has begun, until it is killed.
const [brokers = '', registry = '', folder = ''] = process.argv.slice(2)
const shop = await openKafkaShop(brokers.split(','), registry, folder)
const runner = new ProjectionRunner({ ...shop, definition: orders })
await runner.start()
console.log('begun')
// Its parent is gone when the pipe ends.
process.stdin.on('end', () => process.exit(1)).resume()
