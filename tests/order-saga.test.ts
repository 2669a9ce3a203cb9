import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ExpectedReport, expectedOf } from './order-saga/oracle.js'
import { randomOrders } from './order-saga/random-orders.js'
import { seededRandom } from './order-saga/seeded-random.js'
import { type Ended, killRunningSamples, runSample, StartedSample, superstore } from './order-saga/started-sample.js'
import { rowsOf, untilRows } from './order-saga/views.js'

const newFolder = () => mkdtempSync(join(tmpdir(), 'ottla-'))

/** The report that a run printed, in the one line that `--json` allows. */
function reportOf({ code, stdout, stderr }: Ended): ExpectedReport & { seconds: number } {
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^\{.*\}\n$/)
  return JSON.parse(stdout)
}

function withoutSeconds(ended: Ended): ExpectedReport {
  const { seconds, ...report } = reportOf(ended)
  expect(seconds).toBeGreaterThan(0)
  return report
}

afterEach(killRunningSamples)

describe('the whole superstore', { timeout: 300_000 }, () => {
  const { report, views } = expectedOf(superstore)
  let folder: string
  let data: string
  let ended: Ended

  beforeAll(async () => {
    folder = newFolder()
    data = join(folder, 'data')
    ended = await runSample('--json', '--data', data)
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  test('comes to the result that the rules give', () => {
    expect(withoutSeconds(ended)).toEqual(report)
    expect(report).toMatchObject({ orders: 5009, confirmed: 4390, cancelled: { stock: 451, card: 126, carrier: 42 }, revenue: '1394865.72' })
  })

  test('prints exactly the fields that are promised, in their order', () => {
    const fields = [
      'orders',
      'confirmed',
      'cancelled',
      'revenue',
      'revenueByRegion',
      'revenueByCategory',
      'commands',
      'events',
      'compensations',
      'seconds',
      'stuck',
    ]
    expect(Object.keys(reportOf(ended))).toEqual(fields)
  })

  test('tells its progress on standard error, in plain lines', () => {
    expect(ended.stderr).toMatch(/^\d+ of 5009 orders, \d+\/s, .* left$/m)
    expect(ended.stderr).not.toContain('\u001b')
  })

  test('leaves each order in one final state, with its exact total and its reason', () => {
    expect(rowsOf(data, 'orders', 'select order_id, status, reason, total from orders order by order_id')).toEqual(views.orders)
  })

  test('keeps the payments of confirmed orders and no other', () => {
    expect(rowsOf(data, 'payments', 'select order_id, status, amount from payments order by order_id')).toEqual(views.payments)
    const confirmed = rowsOf(data, 'orders', "select order_id, total as amount from orders where status = 'confirmed' order by order_id")
    expect(rowsOf(data, 'payments', "select order_id, amount from payments where status = 'charged' order by order_id")).toEqual(confirmed)
  })

  test('sets stock aside for confirmed orders only, and loses no piece', () => {
    expect(rowsOf(data, 'stock', 'select product_id, initial, reserved, available from stock order by product_id')).toEqual(views.stock)
    expect(rowsOf(data, 'stock', 'select * from stock where reserved + available <> initial or available < 0')).toEqual([])
  })

  test('shows for each order what the saga did, one thing after another', () => {
    const steps = rowsOf<{ order_id: string; seq: number; step: string; outcome: string }>(
      data,
      'order-steps',
      'select * from order_steps order by order_id, seq',
    )
    const taken = Map.groupBy(steps, ({ order_id }) => order_id)
    const way = new Map([
      [null, 'reserveStock completed, chargePayment completed, bookShipment completed, completed completed'],
      ['stock', 'reserveStock rejected, reserveStock compensated, compensated completed'],
      ['card', 'reserveStock completed, chargePayment rejected, reserveStock compensated, compensated completed'],
      [
        'carrier',
        'reserveStock completed, chargePayment completed, bookShipment rejected, chargePayment compensated, reserveStock compensated, compensated completed',
      ],
    ])
    for (const { order_id, reason } of views.orders) {
      const shown = taken
        .get(order_id)
        ?.map(({ step, outcome }) => `${step} ${outcome}`)
        .join(', ')
      // Where no reservation was made, there is nothing to give back.
      expect([way.get(reason), way.get(reason)?.replace('reserveStock compensated, ', '')]).toContain(shown)
      expect(taken.get(order_id)?.map(({ seq }) => seq)).toEqual(taken.get(order_id)?.map((_, index) => index + 1))
    }
  })

  test('run again places no order twice and says so', async () => {
    const again = await runSample('--json', '--data', data)
    expect(again.stderr).toContain('all 5009 orders were placed before')
    expect(withoutSeconds(again)).toEqual(report)
  })
})

describe('300 orders', { timeout: 120_000 }, () => {
  const limit = ['--limit', '300']
  const { report } = expectedOf(superstore, 300)
  let folder: string
  let data: string

  beforeEach(() => {
    folder = newFolder()
    data = join(folder, 'data')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const start = (...args: string[]) => new StartedSample(['--json', '--data', data, ...args])
  const run = (...args: string[]) => start(...args).ended
  const placed = (count: number) => untilRows(data, 'orders', 'select 1 from orders', count)

  test('killed at random moments and started again come to the same result', async () => {
    const began = performance.now()
    expect(withoutSeconds(await run(...limit))).toEqual(report)
    const whole = performance.now() - began
    rmSync(data, { recursive: true })
    const random = seededRandom(3)
    for (let kills = 0; kills < 8; kills++) {
      const sample = start(...limit)
      const timer = setTimeout(() => sample.kill('SIGKILL'), whole * random())
      const { code, signal, stderr } = await sample.ended
      clearTimeout(timer)
      expect([code, signal], stderr).toSatisfy(([code, signal]) => code === 0 || signal === 'SIGKILL')
    }
    expect(withoutSeconds(await run(...limit))).toEqual(report)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stopped by %s end in order, with exit code %i, and go on when started again', async (signal, code) => {
    const sample = start(...limit)
    await placed(20)
    sample.kill(signal)
    const ended = await sample.ended
    expect(ended).toMatchObject({ code, signal: null, stdout: '' })
    expect(ended.stderr).toContain('The same command goes on where this one was.')
    expect(withoutSeconds(await run(...limit))).toEqual(report)
  })

  test('end at once when the process that started them dies', async () => {
    const sample = new StartedSample(['--json', '--data', data, ...limit], { ipc: true })
    await placed(20)
    sample.disconnect()
    expect(await sample.ended).toMatchObject({ code: 1, stdout: '' })
    expect(withoutSeconds(await run(...limit))).toEqual(report)
  })

  test('may come after the first 100', async () => {
    expect(withoutSeconds(await run('--limit', '100'))).toEqual(expectedOf(superstore, 100).report)
    expect(withoutSeconds(await run(...limit))).toEqual(report)
  })

  test('are told to people in tables', async () => {
    const { code, stdout } = await runSample('--data', data, ...limit)
    expect(code).toBe(0)
    for (const row of [/confirmed +│ +260 /, /cancelled: stock +│ +29 /, /West +│ +34284.21 /, /Technology +│ +26873.64 /]) expect(stdout).toMatch(row)
    expect(stdout).toContain('npx ottla events --data')
    expect(stdout).toContain(data)
    expect(stdout).not.toContain('\u001b')
  })

  test('refuse a folder that another process works in, which is not disturbed', async () => {
    const first = start(...limit)
    await placed(1)
    // Held, so that it cannot end before the other one gives up.
    first.kill('SIGSTOP')
    const second = await run(...limit)
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toMatch(/^LOG_IN_USE: /m)
    first.kill('SIGCONT')
    expect(withoutSeconds(await first.ended)).toEqual(report)
  })

  test('begin anew with --fresh', async () => {
    await run('--limit', '100')
    const ended = await run('--fresh', ...limit)
    expect(ended.stderr).not.toContain('placed before')
    expect(withoutSeconds(ended)).toEqual(report)
  })
})

describe('another order book', { timeout: 120_000 }, () => {
  let folder: string
  let data: string
  let orders: string

  beforeEach(() => {
    folder = newFolder()
    data = join(folder, 'data')
    orders = join(folder, 'orders.csv')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const run = (...args: string[]) => runSample('--json', '--data', data, '--orders', orders, ...args)

  test.each([1, 2, 3])('with random orders comes to the result that the rules give (seed %i)', async seed => {
    writeFileSync(orders, randomOrders(seed))
    expect(withoutSeconds(await run())).toEqual(expectedOf(orders).report)
  })

  test('is refused for a folder that was begun with a first one, and taken with --fresh', async () => {
    writeFileSync(orders, randomOrders(4))
    await run()
    writeFileSync(orders, randomOrders(5))
    const ended = await run()
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^ORDERS_DIFFER: .*--fresh/m)
    expect(withoutSeconds(await run('--fresh'))).toEqual(expectedOf(orders).report)
  })

  test('with a broken line is refused before anything is made', async () => {
    writeFileSync(orders, randomOrders(6).replace(/^(.*\n.*\n.*\n).*\n/, '$1"O-1","West"\n'))
    const ended = await run()
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^ORDERS_LINE_INVALID: .*orders\.csv, line 4: /m)
    expect(existsSync(data)).toBe(false)
  })
})

describe('a data folder', { timeout: 120_000 }, () => {
  let folder: string
  let data: string

  beforeEach(() => {
    folder = newFolder()
    data = join(folder, 'data')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const run = (...args: string[]) => runSample('--json', '--limit', '20', '--data', data, ...args)

  test.each([['with --fresh', '--fresh'], ['without --fresh']])('with foreign files is refused and left alone, %s', async (_, ...args) => {
    mkdirSync(data)
    writeFileSync(join(data, 'orders.json'), 'mine')
    const ended = await run(...args)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^LOG_FOLDER_INVALID: /m)
    expect(readdirSync(data)).toEqual(['orders.json'])
  })

  test('that is a file is refused', async () => {
    writeFileSync(data, '')
    const ended = await run()
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^LOG_FOLDER_INVALID: /m)
  })

  test('that cannot be made is refused', async () => {
    writeFileSync(data, '')
    const ended = await run('--data', join(data, 'inside'))
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^LOG_FOLDER_INVALID: /m)
  })

  test.each([
    ['log.sqlite', /^LOG_DAMAGED: /m],
    ['views/orders.sqlite', /^VIEW_DAMAGED: /m],
  ])('with a damaged %s is refused, and nothing more is lost', async (file, message) => {
    const { report } = expectedOf(superstore, 20)
    await run()
    cpSync(data, join(folder, 'copy'), { recursive: true })
    const damaged = openSync(join(data, file), 'r+')
    writeSync(damaged, Buffer.alloc(4096, 'x'))
    closeSync(damaged)
    const ended = await run()
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(message)
    cpSync(join(folder, 'copy', file), join(data, file))
    expect(withoutSeconds(await run())).toEqual(report)
  })
})

describe('a wrong option', () => {
  test.each([['--limit', '0'], ['--limit', 'many'], ['--limit', '1.5'], ['--colour', 'red'], ['--log', 'redis'], ['more']])(
    'is refused: %s %s',
    async (...args) => {
      const ended = await runSample(...args)
      expect(ended).toMatchObject({ code: 1, stdout: '' })
      expect(ended.stderr).toMatch(/^error: /)
    },
  )

  test('is not asking for help', async () => {
    const ended = await runSample('--help')
    expect(ended.code).toBe(0)
    for (const option of ['--json', '--limit', '--data', '--orders', '--fresh']) expect(ended.stdout).toContain(option)
  })
})
