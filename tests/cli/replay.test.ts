import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import type { App } from 'ottla'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtOttla, ottla, shopConfig, startOttla } from './run-ottla.js'
import { CancelOrder, Orders } from './shop.config.js'
import { order, startShop, temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()
const replay = (...parameters: string[]) => ['replay', 'orders', '--config', shopConfig, '--data', folder.data, ...parameters]
const count = 3_000
/** The shop with a projection that takes three milliseconds for an event. */
const slowConfig = `
import { on, projection } from '${pathToFileURL(builtOttla)}'
import shop, { OrderPlaced } from '${pathToFileURL(shopConfig)}'
const cell = new Int32Array(new SharedArrayBuffer(4))
const orders = projection({ name: 'orders', schema: 'create table orders (order_id text)', on: [on(OrderPlaced, () => void Atomics.wait(cell, 0, 0, 3))] })
export default { ...shop, modules: [orders] }
`
let app: App

/** Writes into the view behind the app's back what no event says. */
function spoil() {
  const view = new Database(join(folder.data, 'views/orders.sqlite'))
  view.exec("update orders set status = 'spoilt'")
  view.close()
}

const statuses = async () => (await app.view(Orders)).all('select status, count(*) as n from orders group by status order by status')

beforeAll(async () => {
  app = await startShop(folder.data)
  const receipts = await Promise.all(Array.from({ length: count }, (_, n) => app.send(order(`o-${n}`))))
  for (const after of receipts.slice(-100)) await app.view(Orders, { after })
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

describe('ottla replay', () => {
  it('rebuilds a view while commands are sent, and the app goes on with the new one without a restart', async () => {
    spoil()
    expect(await statuses()).toEqual([{ status: 'spoilt', n: count }])
    const replaying = startOttla(replay())
    const ended = replaying.ended.then(() => true)
    let cancelled = 0
    let last = await app.send(new CancelOrder({ orderId: `o-${cancelled++}` }))
    while (!(await Promise.race([ended, new Promise(resolve => setImmediate(resolve, false))]))) {
      if (cancelled < count) last = await app.send(new CancelOrder({ orderId: `o-${cancelled++}` }))
    }
    const { code, stdout } = await replaying.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/^View orders is rebuilt from \d+ records: \S+shop-data\/views\/orders\.sqlite\n$/)
    await app.view(Orders, { after: last })
    await app.send(order('o-more'))
    await app.view(Orders, { after: await app.send(new CancelOrder({ orderId: 'o-more' })) })
    await expect.poll(statuses).toEqual([
      { status: 'cancelled', n: cancelled + 1 },
      { status: 'placed', n: count - cancelled },
    ])
  })

  it('prints its progress in lines on standard error, and a line of JSON with --json', async () => {
    const { code, stdout, stderr } = await ottla(replay('--json'))
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      projection: 'orders',
      records: expect.any(Number),
      seconds: expect.any(Number),
      failures: 0,
      file: expect.any(String),
    })
    expect(stderr).toMatch(/^orders \d+ of \d+ records, \d+\/s, \d+ s left$/m)
    expect(stderr).not.toContain('\x1b')
  })

  it('leaves the view as it is when Ctrl-C ends it, with 130', async () => {
    const before = await statuses()
    const config = join(folder.path, 'slow.mjs')
    writeFileSync(config, slowConfig)
    const replaying = startOttla(['replay', 'orders', '--config', config, '--data', folder.data])
    await once(replaying.process.stderr, 'data')
    replaying.process.kill('SIGINT')
    expect(await replaying.ended).toMatchObject({ code: 130, stdout: '', stderr: expect.stringMatching(/^VIEW_STOPPED: /m) })
    expect(await statuses()).toEqual(before)
  })

  it('leaves no file behind but the view', () => {
    expect(readdirSync(join(folder.data, 'views')).filter(file => !/^(orders|notes)\.sqlite(-wal|-shm)?$/.test(file))).toEqual([])
  })

  it('works while the app does not run', async () => {
    await app.stop()
    spoil()
    expect(await ottla(replay())).toMatchObject({ code: 0 })
    app = await startShop(folder.data)
    expect(await statuses()).not.toContainEqual(expect.objectContaining({ status: 'spoilt' }))
  })
})
