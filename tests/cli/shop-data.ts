import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, type AppOptions, createApp, embedded } from 'ottla'
import shop, { PlaceOrder } from './shop.config.js'

/** A folder of its own for a test; `folder.remove()` when it is done. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'ottla-cli-'))
  return { path, data: join(path, 'shop-data'), remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Starts the shop on this data folder. */
export function startShop(data: string, options: Partial<AppOptions> = {}): Promise<App> {
  return createApp({ ...shop, log: embedded(data), shards: 2, ...options })
}

export function order(orderId: string, rest: Partial<PlaceOrder> = {}): PlaceOrder {
  return new PlaceOrder({ orderId, total: '261.96', points: 12n, wantedBy: new Date(Date.UTC(2026, 11, 24)), seal: new Uint8Array([1, 2, 255]), ...rest })
}
