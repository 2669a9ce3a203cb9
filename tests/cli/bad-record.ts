import { embedded } from '@ottla/eventstore/embedded'
import type { AppOptions } from 'ottla'
import { startShop } from './shop-data.js'

/** Puts a record that nobody can read into the inbox of the stopped shop, and lets the shop find it. */
export async function sendBadRecord(data: string, timestamp: number, options: Partial<AppOptions> = {}): Promise<void> {
  const { log } = await embedded(data).open()
  const producer = await log.producer()
  const headers = { message: 'command', type: 'shop.PlaceOrder', command: 'c-9' }
  await producer.send([{ topic: 'shop.commands', partition: 0, key: 'o-9', value: Buffer.from('{"orderId":"o-9"}'), headers, timestamp }])
  await producer.close()
  await log.close()
  const app = await startShop(data, options)
  for (let found = false; !found; ) {
    await new Promise(resolve => setImmediate(resolve))
    for await (const { commandId } of app.outcomes()) found ||= commandId === 'c-9'
  }
  await app.stop()
}
