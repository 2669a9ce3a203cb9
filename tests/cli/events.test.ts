import { type App, embedded, systemClock } from 'ottla'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ottla, startOttla } from './run-ottla.js'
import { CancelOrder } from './shop.config.js'
import { order, startShop, temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()
let app: App

/** The events that the command prints as JSON. */
async function events(...parameters: string[]) {
  const { code, stdout, stderr } = await ottla(['events', '--data', folder.data, '--json', ...parameters])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .split('\n')
    .filter(line => line)
    .map(line => JSON.parse(line))
}

const names = (listed: readonly { stream: { id: string }; version: number }[]) => listed.map(({ stream, version }) => `${stream.id}@${version}`)

beforeAll(async () => {
  let now = Date.UTC(2026, 10, 21, 9)
  app = await startShop(folder.data, { clock: { ...systemClock, now: () => (now += 100) } })
  for (const id of ['o-1', 'o-2', 'o-3', 'o-4']) await app.send(order(id, { points: 2n ** 60n }), { id: `place-${id}` })
  await app.send(new CancelOrder({ orderId: 'o-1' }), { id: 'cancel-o-1', correlationId: 'a-complaint' })
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

describe('ottla events, while the app runs', () => {
  it('lists the events of all shards by their time', async () => {
    expect(names(await events())).toEqual(['o-1@1', 'o-2@1', 'o-3@1', 'o-4@1', 'o-1@2'])
  })

  it('decodes them without any class of the app', async () => {
    const [placed] = await events()
    expect(placed).toEqual({
      type: 'shop.OrderPlaced',
      stream: { participant: 'order', id: 'o-1' },
      version: 1,
      eventId: 'place-o-1/0',
      commandId: 'place-o-1',
      correlationId: 'place-o-1',
      topic: 'shop.events',
      partition: expect.any(Number),
      offset: 0,
      message: { orderId: 'o-1', total: '261.96', points: String(2n ** 60n), wantedBy: '2026-12-24T00:00:00.000Z', seal: 'AQL/' },
      timestamp: expect.stringMatching(/^2026-11-21T09:00:\d\d\.\d00Z$/),
    })
  })

  it('filters by type, with or without its namespace', async () => {
    expect(names(await events('--type', 'shop.OrderCancelled'))).toEqual(['o-1@2'])
    expect(names(await events('--type', 'OrderCancelled'))).toEqual(['o-1@2'])
    expect(await events('--type', 'Order')).toEqual([])
  })

  it('filters by stream and by correlation', async () => {
    expect(names(await events('--stream', 'order/o-1'))).toEqual(['o-1@1', 'o-1@2'])
    expect(names(await events('--correlation', 'a-complaint'))).toEqual(['o-1@2'])
    expect(await events('--stream', 'order/o-1', '--correlation', 'place-o-2')).toEqual([])
  })

  it('stops after a limit, or begins with the last ones', async () => {
    expect(names(await events('--limit', '2'))).toEqual(['o-1@1', 'o-2@1'])
    expect(names(await events('--tail', '2'))).toEqual(['o-4@1', 'o-1@2'])
    expect(names(await events('--tail', '4', '--limit', '1'))).toEqual(['o-2@1'])
  })

  it('prints a line for each event without --json', async () => {
    const { stdout } = await ottla(['events', '--data', folder.data, '--tail', '1'])
    const [head, line] = stdout.split('\n')
    expect(head).toMatch(/^Time +Stream +Version +Event +Fields$/)
    expect(line).toMatch(/^2026-11-21T\S+ +order\/o-1 +2 +shop\.OrderCancelled +\{"orderId":"o-1"\}$/)
  })

  it('goes on with what the app decides until Ctrl-C, and ends with 0', async () => {
    const following = startOttla(['events', '--data', folder.data, '--json', '--follow', '--tail', '1'])
    await following.lines(1)
    await app.send(order('o-5'))
    const [, line] = await following.lines(2)
    expect(JSON.parse(line as string)).toMatchObject({ stream: { id: 'o-5' }, message: { points: '12' } })
    following.process.kill('SIGINT')
    expect(await following.ended).toMatchObject({ code: 0, stderr: '' })
  })

  it('ends in silence when nobody reads on', async () => {
    const following = startOttla(['events', '--data', folder.data, '--follow'])
    await following.lines(1)
    following.process.stdout.destroy()
    await app.send(order('o-6'))
    expect(await following.ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('ottla events, on a log with an event that cannot be decoded', () => {
  it('shows why, and goes on', async () => {
    const other = temporaryFolder()
    const stopped = await startShop(other.data)
    const { position } = await stopped.send(order('o-1'))
    await stopped.stop()
    const { log } = await embedded(other.data).open()
    const headers = { type: 'shop.OrderPlaced', stream: 'order', version: '1', command: 'c-9' }
    const writer = await log.writer('foreign')
    const value = Buffer.from([0, 0, 0, 0, 99, 1])
    await writer.commit({ records: [{ topic: 'shop.events', partition: position.shard, key: 'o-2', value, headers, timestamp: Date.now() }] })
    await log.close()
    const { code, stdout } = await ottla(['events', '--data', other.data, '--json'])
    const [, unreadable] = stdout.split('\n').filter(line => line)
    expect(code).toBe(0)
    expect(JSON.parse(unreadable as string)).toMatchObject({ stream: { id: 'o-2' }, problem: expect.stringMatching(/^SCHEMA_UNKNOWN: .*99/) })
    other.remove()
  })
})
