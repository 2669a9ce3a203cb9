import { ProjectionRunner, rebuildView } from '@ottla/projections'
import { append, openShop, orderEvents, orders } from './shop.js'

const [mode, folder = '', first = '0'] = process.argv.slice(2)

/** Places one order after another, with a view beside it, until it is killed. */
async function serve(): Promise<void> {
  const shop = await openShop(folder)
  const runner = new ProjectionRunner({ ...shop, definition: orders })
  await runner.start()
  for (let n = Number(first); ; n++) {
    await append(shop, orderEvents(n))
    console.log(n)
  }
}

/** Rebuilds the view while another process writes, and says when there is nothing left to read. */
async function rebuild(): Promise<void> {
  const shop = await openShop(folder, true)
  const report = await rebuildView({ ...shop, definition: orders, progress: ({ done, total }) => console.log(done === total ? 'read' : done) })
  console.log(JSON.stringify(report))
  await shop.log.close()
}

await (mode === 'serve' ? serve() : rebuild())
