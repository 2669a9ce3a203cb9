import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOrderBook, superstore } from './order-book.js'

const header = 'Row ID,Order ID,Region,Ship Mode,Product ID,Category,Quantity,Sales'
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function book(content: string | Buffer) {
  const file = join(folder, 'orders.csv')
  writeFileSync(file, content)
  return readOrderBook(file)
}

const withLines = (...lines: string[]) => book([header, ...lines, ''].join('\n'))

describe('a book of orders', () => {
  test('has an order for each id, in the order of the file', () => {
    const { orders } = withLines('1,o-2,West,Same Day,p-1,Paper,1,5', '2,o-1,East,First Class,p-1,Paper,1,5', '3,o-2,West,Same Day,p-2,Art,1,5')
    expect(orders.map(({ orderId, region, shipMode, lines }) => [orderId, region, shipMode, lines.length])).toEqual([
      ['o-2', 'West', 'Same Day', 2],
      ['o-1', 'East', 'First Class', 1],
    ])
  })

  test('counts lines of one product in an order together', () => {
    const { orders } = withLines('1,o-1,West,Same Day,p-1,Paper,2,0.1', '2,o-1,West,Same Day,p-1,Paper,3,0.2')
    expect(orders[0]?.lines).toEqual([expect.objectContaining({ productId: 'p-1', category: 'Paper', quantity: 5, amount: '0.3' })])
  })

  test('has for each product the stock that all orders want', () => {
    const { stock } = withLines('1,o-1,West,Same Day,p-1,Paper,2,1', '2,o-2,West,Same Day,p-1,Paper,3,1')
    expect(stock).toEqual([expect.objectContaining({ productId: 'p-1', quantity: 5 })])
  })

  test('has no stock of every 20th product, in the order of the bytes of their ids', () => {
    // By UTF-16 units the emoji (first unit d83d) would come before the ideograph (fa0e); by bytes it comes last.
    const ids = [...Array.from({ length: 18 }, (_, i) => `p-${String(i).padStart(2, '0')}`), '\u{1f600}', '\ufa0e']
    const { stock } = withLines(...ids.map(id => `1,o-1,West,Same Day,${id},Paper,1,1`))
    expect(stock.filter(({ quantity }) => quantity === 0).map(({ productId }) => productId)).toEqual(['\u{1f600}'])
  })

  test('has another digest when its file has other content', () => {
    expect(withLines('1,o-1,West,Same Day,p-1,Paper,1,1').digest).not.toBe(withLines('1,o-1,West,Same Day,p-1,Paper,1,2').digest)
  })

  test('may begin with a byte order mark and have lines that end in CR LF', () => {
    expect(book(`\ufeff${header}\r\n1,o-1,West,Same Day,p-1,Paper,1,1\r\n`).orders).toHaveLength(1)
  })

  test('is by default the superstore', () => {
    const { orders, stock } = readOrderBook(superstore)
    expect(orders).toHaveLength(5009)
    expect(stock).toHaveLength(1862)
    expect(stock.filter(({ quantity }) => quantity === 0)).toHaveLength(93)
  })
})

describe('a broken line is refused with its number', () => {
  const good = '1,o-1,West,Same Day,p-1,Paper,1,1'
  const cases: [string, string, RegExp][] = [
    ['too few fields', '2,o-1,West', /line 3: .*columns length is 8, got 3/],
    ['too many fields', `${good},more`, /line 3: .*columns length is 8, got 9/],
    ['a quote that is not closed', '2,"o-1,West', /line 3: Quote Not Closed/],
    ['an empty order id', '2,,West,Same Day,p-1,Paper,1,1', /line 3: Order ID is empty/],
    ['an empty product id', '2,o-1,West,Same Day, ,Paper,1,1', /line 3: Product ID is empty/],
    ['a quantity that is no number', '2,o-1,West,Same Day,p-1,Paper,two,1', /line 3: Quantity is 'two'/],
    ['a quantity of zero', '2,o-1,West,Same Day,p-1,Paper,0,1', /line 3: Quantity is '0'/],
    ['half a piece', '2,o-1,West,Same Day,p-1,Paper,1.5,1', /line 3: Quantity is '1.5'/],
    ['sales that are no number', '2,o-1,West,Same Day,p-1,Paper,1,1e3', /line 3: Sales is '1e3'/],
    ['sales with five digits behind the point', '2,o-1,West,Same Day,p-1,Paper,1,1.00001', /line 3: Sales is '1.00001'/],
    ['sales below zero', '2,o-1,West,Same Day,p-1,Paper,1,-1', /line 3: Sales is '-1'/],
    ['a second region of an order', '2,o-1,East,Same Day,p-1,Paper,1,1', /line 3: order o-1 has the regions West and East/],
    ['a second ship mode of an order', '2,o-1,West,First Class,p-1,Paper,1,1', /line 3: order o-1 has the ship modes Same Day and First Class/],
    ['a second category of a product in an order', '2,o-1,West,Same Day,p-1,Art,1,1', /line 3: product p-1 of order o-1 has the categories Paper and Art/],
  ]
  test.each(cases)('%s', (_, line, message) => {
    expect(() => withLines(good, line)).toThrow(expect.objectContaining({ code: 'ORDERS_LINE_INVALID', message: expect.stringMatching(message) }))
  })

  test('after a field that spans lines', () => {
    expect(() => withLines('1,"o-\n1",West,Same Day,p-1,Paper,1,1', '2,o-2,West,Same Day,p-1,Paper,x,1')).toThrow(/line 4: Quantity is 'x'/)
  })

  test('an order that costs more than an amount can hold', () => {
    const lines = Array.from({ length: 101 }, (_, i) => `1,o-1,West,Same Day,p-${i},Paper,1,99999999.9999`)
    expect(() => withLines(...lines)).toThrow(/line 102: order o-1 costs more than/)
  })
})

describe('a file is refused', () => {
  test('that is not there', () => {
    expect(() => readOrderBook(join(folder, 'none.csv'))).toThrow(
      expect.objectContaining({ code: 'ORDERS_UNREADABLE', message: expect.stringMatching(/ENOENT/) }),
    )
  })

  test.each([
    ['that is empty', '', /has no orders/],
    ['that lacks columns', 'Order ID,Region\n1,2\n', /lacks Ship Mode, Product ID, Category, Quantity, Sales/],
    ['that has no orders', `${header}\n`, /has no orders/],
    ['that is not UTF-8', Buffer.concat([Buffer.from(`${header}\n`), Buffer.from([0xff, 0xfe])]), /is not UTF-8/],
  ])('%s', (_, content, message) => {
    expect(() => book(content)).toThrow(expect.objectContaining({ code: 'ORDERS_UNREADABLE', message: expect.stringMatching(message) }))
  })
})
